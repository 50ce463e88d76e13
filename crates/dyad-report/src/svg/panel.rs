//! A rectangle of a figure with two axes.

use dyad_model::apa;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingArea;

use super::backend::{GRID, to_grid};
use super::canvas::{Anchor, Canvas, Label, Pen};
use super::clip::Window;
use super::{Drawn, Ink, SvgBackend};

/// Where a panel lies on the canvas, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    /// Left edge.
    pub(crate) left: f64,
    /// Top edge.
    pub(crate) top: f64,
    /// Right edge.
    pub(crate) right: f64,
    /// Bottom edge.
    pub(crate) bottom: f64,
}

/// A rectangle with a horizontal and a vertical axis; draws in data coordinates and cuts at its edges.
pub(crate) struct Panel<'a> {
    canvas: &'a Canvas,
    area: DrawingArea<SvgBackend, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    edge: Edge,
    window: Window,
}

impl<'a> Panel<'a> {
    /// A panel of the canvas; `x` and `y` are the values at its edges, lower first.
    pub(crate) fn new(canvas: &'a Canvas, edge: Edge, x: [f64; 2], y: [f64; 2]) -> Self {
        let across = to_grid(edge.left)..to_grid(edge.right);
        let upward = to_grid(edge.bottom)..to_grid(edge.top);
        let spec = Cartesian2d::<RangedCoordf64, RangedCoordf64>::new(
            x[0]..x[1],
            y[0]..y[1],
            (across, upward),
        );
        let area = canvas.area().clone().apply_coord_spec(spec);
        Self { canvas, area, edge, window: Window { x, y } }
    }

    /// Where a datum is drawn, in pixels.
    pub(crate) fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let (x, y) = self.area.map_coordinate(&(x, y));
        [f64::from(x) / GRID, f64::from(y) / GRID]
    }

    /// Its edges.
    pub(crate) fn edge(&self) -> Edge {
        self.edge
    }

    /// Whether a datum lies inside.
    pub(crate) fn shows(&self, datum: [f64; 2]) -> bool {
        self.window.contains(datum)
    }

    /// Draws in a group that says what it is and how data become pixels, so that a drawing can be read back.
    pub(crate) fn series(&self, name: &str, draw: impl FnOnce() -> Drawn) -> Drawn {
        let Edge { left, top, right, bottom } = self.edge;
        let Window { x, y } = self.window;
        let x_scale = format!("{} {} {left} {right}", x[0], x[1]);
        let y_scale = format!("{} {} {bottom} {top}", y[0], y[1]);
        self.canvas
            .group(&[("data-series", name), ("data-x", &x_scale), ("data-y", &y_scale)], draw)
    }

    /// A line through data, cut at the edges.
    pub(crate) fn line(&self, points: &[[f64; 2]], pen: Pen) -> Drawn {
        for run in self.window.line(points) {
            let run: Vec<[f64; 2]> = run.into_iter().map(|p| self.at(p)).collect();
            self.canvas.line(&run, pen)?;
        }
        Ok(())
    }

    /// A filled area, cut at the edges.
    pub(crate) fn polygon(&self, points: &[[f64; 2]], ink: Ink, opacity: f64) -> Drawn {
        let kept: Vec<[f64; 2]> =
            self.window.polygon(points).into_iter().map(|p| self.at(p)).collect();
        self.canvas.polygon(&kept, ink, opacity)
    }

    /// The area between two lines over the same x: (x, low, high).
    pub(crate) fn ribbon(&self, points: &[[f64; 3]], ink: Ink, opacity: f64) -> Drawn {
        let outline: Vec<[f64; 2]> = points
            .iter()
            .map(|&[x, _, high]| [x, high])
            .chain(points.iter().rev().map(|&[x, low, _]| [x, low]))
            .collect();
        self.polygon(&outline, ink, opacity)
    }

    /// A disc at a datum; outside the panel, a triangle at the edge that says so.
    pub(crate) fn disc(&self, datum: [f64; 2], radius: f64, ink: Ink, opacity: f64) -> Drawn {
        if self.shows(datum) {
            self.canvas.disc(self.at(datum), radius, ink, opacity)
        } else {
            self.cut(datum, ink)
        }
    }

    /// The mark of a datum outside the panel.
    pub(crate) fn cut(&self, [x, y]: [f64; 2], ink: Ink) -> Drawn {
        let Window { x: xs, y: ys } = self.window;
        let inside = [x.clamp(xs[0], xs[1]), y.clamp(ys[0], ys[1])];
        let direction = if x < xs[0] {
            [-1.0, 0.0]
        } else if x > xs[1] {
            [1.0, 0.0]
        } else if y < ys[0] {
            [0.0, 1.0]
        } else {
            [0.0, -1.0]
        };
        self.canvas.cut(self.at(inside), direction, ink)
    }

    /// A horizontal interval at height `y`; arrows where it passes the edges.
    pub(crate) fn span_x(&self, y: f64, [low, high]: [f64; 2], pen: Pen, ink: Ink) -> Drawn {
        let [left, right] = self.window.x;
        self.line(&[[low, y], [high, y]], pen)?;
        if low < left {
            self.cut([low, y], ink)?;
        }
        if high > right {
            self.cut([high, y], ink)?;
        }
        Ok(())
    }

    /// A vertical interval at `x`; arrows where it passes the edges.
    pub(crate) fn span_y(&self, x: f64, [low, high]: [f64; 2], pen: Pen, ink: Ink) -> Drawn {
        let [bottom, top] = self.window.y;
        self.line(&[[x, low], [x, high]], pen)?;
        if low < bottom {
            self.cut([x, low], ink)?;
        }
        if high > top {
            self.cut([x, high], ink)?;
        }
        Ok(())
    }

    /// The horizontal axis: ticks below, label below them.
    pub(crate) fn axis_x(&self, label: &str, at: &[f64], text: impl Fn(f64) -> String) -> Drawn {
        let Edge { left, right, bottom, .. } = self.edge;
        self.canvas.group(&[("aria-hidden", "true")], || {
            self.canvas.line(&[[left, bottom], [right, bottom]], Pen::new(Ink::Muted, 1.0))?;
            for &tick in at {
                let [x, _] = self.at([tick, self.window.y[0]]);
                self.canvas.line(&[[x, bottom], [x, bottom + 4.0]], Pen::new(Ink::Muted, 1.0))?;
                let label = Label::muted(Anchor::Middle);
                self.canvas.text([x, bottom + 14.0], &text(tick), label)?;
            }
            let middle = f64::midpoint(left, right);
            self.canvas.text([middle, bottom + 33.0], label, Label::new(Anchor::Middle))
        })
    }

    /// The vertical axis: light lines across, ticks at the left, the label lying above the panel.
    pub(crate) fn axis_y(&self, label: &str, at: &[f64], text: impl Fn(f64) -> String) -> Drawn {
        let Edge { left, right, top, .. } = self.edge;
        self.canvas.group(&[("aria-hidden", "true")], || {
            for &tick in at {
                let [_, y] = self.at([self.window.x[0], tick]);
                self.canvas.line(&[[left, y], [right, y]], Pen::new(Ink::Grid, 1.0))?;
                self.canvas.text([left - 8.0, y], &text(tick), Label::muted(Anchor::End))?;
            }
            self.canvas.text([4.0, top - 18.0], label, Label::new(Anchor::Start))
        })
    }

    /// A reference line at a height, across the panel.
    pub(crate) fn rule_y(&self, y: f64, pen: Pen) -> Drawn {
        let [left, right] = self.window.x;
        self.line(&[[left, y], [right, y]], pen)
    }

    /// A reference line at an x, through the panel.
    pub(crate) fn rule_x(&self, x: f64, pen: Pen) -> Drawn {
        let [bottom, top] = self.window.y;
        self.line(&[[x, bottom], [x, top]], pen)
    }
}

/// About `count` round numbers between two values: steps of 1, 2 or 5 times a power of ten.
pub(crate) fn ticks([low, high]: [f64; 2], count: u32) -> Vec<f64> {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 || count == 0 {
        return vec![low];
    }
    let rough = span / f64::from(count);
    let mut power = 1.0_f64;
    while power > rough {
        power /= 10.0;
    }
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= rough * 0.999)
        .unwrap_or(10.0 * power);
    let first = (low / step - 1e-9).ceil();
    (0..1000)
        .map(|index| (first + f64::from(index)) * step)
        .take_while(|&tick| tick <= high + 1e-9 * span)
        // 3 × 0.1 is not 0.3; a tick that means 0 must not print as −0.
        .map(|tick| (tick / step).round() * step + 0.0)
        .collect()
}

/// Prints a tick with as many decimals as the distance of its neighbours asks for.
pub(crate) fn tick_label(ticks: &[f64]) -> impl Fn(f64) -> String + use<> {
    let step = match ticks {
        [first, second, ..] => (second - first).abs(),
        _ => 1.0,
    };
    let mut decimals = 0;
    let mut unit = 1.0;
    while unit > step * 1.001 && decimals < 6 {
        unit /= 10.0;
        decimals += 1;
    }
    move |tick| apa::number(tick, decimals)
}

/// Ticks of an axis that counts: at whole numbers only.
pub(crate) fn whole_ticks(range: [f64; 2], count: u32) -> Vec<f64> {
    ticks(range, count).into_iter().filter(|tick| tick.fract().abs() < 1e-9).collect()
}

/// The same where the axis may be one of shares, which its name says: those are printed in per cent.
pub(crate) fn share_label(name: &str, ticks: &[f64]) -> impl Fn(f64) -> String + use<> {
    let share = name.starts_with("Share") && ticks.iter().all(|tick| (0.0..=1.0).contains(tick));
    let scaled: Vec<f64> = ticks.iter().map(|tick| 100.0 * tick).collect();
    let label = tick_label(if share { &scaled } else { ticks });
    move |tick| if share { format!("{} %", label(100.0 * tick)) } else { label(tick) }
}

/// The range of the values, with 4 % of air at both ends; a single value gets half a unit on both sides.
pub(crate) fn padded(values: impl IntoIterator<Item = f64>) -> [f64; 2] {
    let (low, high) = values
        .into_iter()
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return [0.0, 1.0];
    }
    let air = if high > low { 0.04 * (high - low) } else { 0.5 };
    [low - air, high + air]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks([0.0, 27.0], 6).len(), 6);
        let labels: Vec<String> = {
            let at = ticks([-0.31, 0.42], 6);
            let label = tick_label(&at);
            at.into_iter().map(label).collect()
        };
        assert_eq!(labels, ["−0.2", "0.0", "0.2", "0.4"]);
    }

    #[test]
    fn shares_are_in_per_cent() {
        let at = ticks([0.0, 1.0], 5);
        assert_eq!(share_label("Share of clients", &at)(0.2), "20 %");
        assert_eq!(share_label("Score", &at)(0.2), "0.2");
    }

    #[test]
    fn an_axis_of_counts_has_no_halves() {
        assert_eq!(whole_ticks([4.96, 6.04], 8), [5.0, 6.0]);
        assert_eq!(whole_ticks([0.0, 60.0], 6), ticks([0.0, 60.0], 6));
    }

    #[test]
    fn one_value_still_has_a_range() {
        let range = padded([3.0]);
        assert!(range[0] < 3.0 && range[1] > 3.0);
        assert_eq!(ticks([1.0, 1.0], 5), [1.0]);
    }

    #[test]
    fn data_are_mapped_to_pixels_and_cut_at_the_edge() {
        let canvas = Canvas::new(200, 100);
        let edge = Edge { left: 10.0, top: 10.0, right: 110.0, bottom: 90.0 };
        let panel = Panel::new(&canvas, edge, [0.0, 10.0], [0.0, 8.0]);
        let [x, y] = panel.at([5.0, 2.0]);
        assert!((x - 60.0).abs() < 0.011 && (y - 70.0).abs() < 0.011);
        panel.disc([12.0, 4.0], 3.0, Ink::A, 1.0).unwrap();
        let svg = canvas.finish().svg("t", "Title", "Description", super::super::Theme::Page);
        assert!(svg.markup.contains("data-cut"));
        assert!(!svg.markup.contains("<circle"));
    }
}
