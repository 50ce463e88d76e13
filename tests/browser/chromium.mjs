// Chromium without a window, spoken to over two pipes: no port is opened, and nothing but Node is needed.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
];

/** A page of a browser that was started for it. */
export class Page {
  #browser;
  #profile;
  #next = 0;
  #waiting = new Map();
  #listeners = new Map();
  #session;
  #rest = Buffer.alloc(0);

  static async open(program) {
    const page = new Page();
    page.#profile = mkdtempSync(join(tmpdir(), "dyad-browser-"));
    page.#browser = spawn(program, [...FLAGS, `--user-data-dir=${page.#profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    page.#browser.on("error", (error) => page.#fail(error));
    page.#browser.on("exit", (code) => page.#fail(new Error(`the browser ended with code ${code}`)));
    page.#browser.stdio[4].on("data", (bytes) => page.#read(bytes));
    const { targetInfos } = await page.send("Target.getTargets");
    const { targetId } = targetInfos.find((target) => target.type === "page");
    const { sessionId } = await page.send("Target.attachToTarget", { targetId, flatten: true });
    page.#session = sessionId;
    return page;
  }

  send(method, params = {}) {
    const id = ++this.#next;
    const message = { id, method, params, sessionId: this.#session };
    this.#browser.stdio[3].write(`${JSON.stringify(message)}\0`);
    return new Promise((done, failed) => {
      const clock = setTimeout(() => failed(new Error(`${method} was not answered in 60 s`)), 60_000);
      this.#waiting.set(id, { done, failed, clock, method });
    });
  }

  on(event, listener) {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  once(event) {
    return new Promise((done) => this.on(event, done));
  }

  /** The value of an expression in the page. */
  async evaluate(expression) {
    const answer = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) {
      throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    }
    return answer.result.value;
  }

  async close() {
    const ended = new Promise((done) => this.#browser.on("exit", done));
    this.#browser.removeAllListeners("exit");
    this.#browser.on("exit", () => {});
    this.#session = undefined;
    this.send("Browser.close").catch(() => {});
    await Promise.race([ended, new Promise((done) => setTimeout(done, 3000))]);
    this.#browser.kill("SIGKILL");
    for (const { clock } of this.#waiting.values()) clearTimeout(clock);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #fail(error) {
    for (const { failed, clock } of this.#waiting.values()) {
      clearTimeout(clock);
      failed(error);
    }
    this.#waiting.clear();
  }

  #read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let end; (end = this.#rest.indexOf(0)) >= 0; ) {
      const message = JSON.parse(this.#rest.subarray(0, end).toString());
      this.#rest = this.#rest.subarray(end + 1);
      const waiting = this.#waiting.get(message.id);
      if (waiting) {
        this.#waiting.delete(message.id);
        clearTimeout(waiting.clock);
        if (message.error) waiting.failed(new Error(`${waiting.method}: ${message.error.message}`));
        else waiting.done(message.result);
      } else {
        for (const listener of this.#listeners.get(message.method) ?? []) listener(message.params);
      }
    }
  }
}
