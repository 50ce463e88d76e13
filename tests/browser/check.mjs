// node check.mjs CHROMIUM AXE OUT PAGE...: looks at pages as a reader's browser does. Exit code 1: something is wrong with a page;
// 2: the check itself could not be done. Screenshots and the printed page are left in the folder OUT.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { Page } from "./chromium.mjs";

const WIDTHS = [360, 768, 1280];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// A4 less the margins of the style sheet, in pixels of 1/96 inch: upright, and for tables on their side.
const PAPER = { upright: 665, wide: 994 };

/** What sticks out of the window without a box of its own to scroll in. */
const OVERFLOW = `(() => {
  const limit = document.documentElement.clientWidth;
  const found = [];
  if (document.documentElement.scrollWidth > limit) found.push("the page is " + document.documentElement.scrollWidth + " px wide");
  const scrolls = (e) => e && e !== document.body &&
    (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  for (const e of document.querySelectorAll("main *, header *, nav *, footer *")) {
    const box = e.getBoundingClientRect();
    if (box.width > 0 && box.right > limit + 1 && !e.closest("svg svg *") && !scrolls(e) && !scrolls(e.parentElement)) {
      found.push(e.tagName.toLowerCase() + "." + e.className + ": " + (e.textContent || "").trim().slice(0, 40));
    }
  }
  return found.slice(0, 5);
})()`;

/** What paper would cut: tables wider than it, rows that may be split, heads that are not repeated. */
const CUT = `(() => {
  const found = [];
  for (const table of document.querySelectorAll("table")) {
    const wide = table.closest(".wide") !== null;
    const limit = wide ? ${PAPER.wide} : ${PAPER.upright};
    const name = (table.caption ? table.caption.textContent : "a table without caption").slice(0, 60);
    if (table.scrollWidth > limit + 1) found.push(name + ": " + table.scrollWidth + " px wide on " + limit);
    if (table.tHead && getComputedStyle(table.tHead).display !== "table-header-group") found.push(name + ": its head is not repeated");
    for (const row of table.rows) {
      if (getComputedStyle(row).breakInside !== "avoid") { found.push(name + ": a row may be split"); break; }
    }
  }
  return found;
})()`;

/** The words of the last cell of every row: they are what a cut at the right edge would take. */
const LAST_CELLS = `[...document.querySelectorAll("table tr")].map((row) => row.cells[row.cells.length - 1]?.innerText ?? "")`;

const problems = [];

async function look(page, file, axe, out) {
  const url = pathToFileURL(resolve(file)).href;
  const name = basename(dirname(resolve(file)));
  const wrong = (what) => problems.push(`${basename(dirname(resolve(file)))}/${basename(file)}: ${what}`);
  const requests = [];
  page.on("Runtime.consoleAPICalled", (event) => wrong(`console.${event.type}: ${event.args.map((a) => a.value).join(" ")}`));
  page.on("Runtime.exceptionThrown", (event) => wrong(`exception: ${event.exceptionDetails.text}`));
  page.on("Log.entryAdded", (event) => wrong(`log: ${event.entry.text}`));
  page.on("Network.requestWillBeSent", (event) => requests.push(event.request.url));
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);

  const size = (width, height = 900) =>
    page.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
  const media = (scheme, kind = "screen") =>
    page.send("Emulation.setEmulatedMedia", { media: kind, features: [{ name: "prefers-color-scheme", value: scheme }] });
  await size(1280);
  const loaded = page.once("Page.loadEventFired");
  await page.send("Page.navigate", { url });
  await loaded;

  await page.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Tab", windowsVirtualKeyCode: 9 });
  if (!(await page.evaluate("document.activeElement.matches('a.skip')"))) wrong("the first Tab does not reach the skip link");
  await page.evaluate("document.activeElement.blur()");

  for (const scheme of ["light", "dark"]) {
    await media(scheme);
    for (const width of WIDTHS) {
      await size(width);
      for (const open of [false, true]) {
        await page.evaluate(`document.querySelectorAll("details").forEach((d) => (d.open = ${open}))`);
        for (const what of await page.evaluate(OVERFLOW)) wrong(`at ${width} px, ${scheme}${open ? ", unfolded" : ""}: ${what}`);
        if (!open) {
          const { data } = await page.send("Page.captureScreenshot", {
            format: "png", captureBeyondViewport: true, clip: { x: 0, y: 0, width, height: 6000, scale: 1 },
          });
          writeFileSync(join(out, `${name}-${width}-${scheme}.png`), Buffer.from(data, "base64"));
        }
      }
    }
    for (const width of [360, 1280]) {
      await size(width);
      await page.evaluate(axe);
      const violations = await page.evaluate(
        `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then((r) => r.violations.map((v) =>
          v.id + " (" + v.impact + "): " + v.help + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join("; ")))`,
      );
      for (const violation of violations) wrong(`axe at ${width} px, ${scheme}: ${violation}`);
    }
  }

  await media("light", "print");
  await size(PAPER.upright);
  for (const what of await page.evaluate(CUT)) wrong(`printed: ${what}`);
  const wanted = await page.evaluate(LAST_CELLS);
  await page.send("Emulation.clearDeviceMetricsOverride");
  const { data } = await page.send("Page.printToPDF", { preferCSSPageSize: true, printBackground: true });
  const pdf = join(out, `${name}.pdf`);
  writeFileSync(pdf, Buffer.from(data, "base64"));
  const squeeze = (text) => text.normalize("NFKC").replace(/[\s\u00ad]/gu, "");
  const printed = squeeze(execFileSync("pdftotext", ["-raw", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 28 }));
  const lost = wanted.map(squeeze).filter((cell) => cell.length > 0 && !printed.includes(cell));
  // A long cell that continues on the next page has the page's number in between; a cut one is short.
  for (const cell of lost.filter((cell) => cell.length < 60).slice(0, 5)) wrong(`printed: “${cell}” is not on paper`);
  for (const request of requests.filter((request) => request !== url && !request.startsWith("data:"))) {
    wrong(`a request to ${new URL(request).protocol}…`);
  }
}

const [program, axeFile, out, ...pages] = process.argv.slice(2);
try {
  const axe = readFileSync(axeFile, "utf8");
  for (const file of pages) {
    const page = await Page.open(program);
    try {
      await look(page, file, axe, out);
    } finally {
      await page.close();
    }
  }
} catch (error) {
  console.error(`the check could not be done: ${error.message}`);
  process.exit(2);
}
for (const problem of problems) console.error(problem);
console.log(`${pages.length} pages, ${WIDTHS.length} widths, light and dark, axe-core, paper: ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
