//! A drawing as an `<svg>` element.

use super::backend::{escape, pixels, put, to_grid};
use super::mark::{Drawing, Fill, Mark, Outline, Paint, Spot, Words};
use super::{Svg, Theme, css};

impl Drawing {
    /// The finished figure, named and described for those who cannot see it.
    pub(crate) fn svg(&self, name: &str, title: &str, description: &str, theme: Theme) -> Svg {
        let (id, title, description) = (escape(name), escape(title), escape(description));
        let (width, head) = (self.width, self.head);
        let total = self.height + head;
        let namespace = match theme {
            Theme::Page => "",
            Theme::StandAlone => " xmlns=\"http://www.w3.org/2000/svg\"",
        };
        let mut markup = String::with_capacity(96 * self.marks.len() + 1024);
        put(
            &mut markup,
            format_args!(
                "<svg{namespace} class=\"dy\" id=\"{id}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
                 viewBox=\"0 -{head} {width} {total}\" width=\"{width}\" height=\"{total}\">\n\
                 <title id=\"{id}-t\">{title}</title>\n<desc id=\"{id}-d\">{description}</desc>\n"
            ),
        );
        if theme == Theme::StandAlone {
            put(&mut markup, format_args!("<style>{}</style>\n", css(theme)));
        }
        let mut open = 0_usize;
        for mark in &self.marks {
            match mark {
                Mark::Open(_) => open += 1,
                Mark::Close => open = open.saturating_sub(1),
                _ => {}
            }
            write(&mut markup, mark);
        }
        for _ in 0..open {
            markup.push_str("</g>\n");
        }
        markup.push_str("</svg>\n");
        Svg { markup, width, height: total }
    }
}

fn write(to: &mut String, mark: &Mark) {
    match mark {
        Mark::Open(attributes) => put(to, format_args!("<g {attributes}>")),
        Mark::Close => to.push_str("</g>\n"),
        Mark::Line(points, outline) => line(to, points, *outline),
        Mark::Area(points, fill) => {
            to.push_str("<path d=\"");
            path_data(to, points);
            to.push_str("Z\" ");
            filled(to, *fill);
            to.push_str("/>\n");
        }
        Mark::Rect((x0, y0), (x1, y1), paint) => {
            let [x, y, width, height] = [*x0, *y0, x1 - x0, y1 - y0].map(pixels);
            put(
                to,
                format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" "),
            );
            painted(to, *paint);
            to.push_str("/>\n");
        }
        Mark::Circle((x, y), radius, paint) => {
            let [x, y, radius] = [*x, *y, *radius].map(pixels);
            put(to, format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" "));
            painted(to, *paint);
            to.push_str("/>\n");
        }
        Mark::Text(words) => text(to, words),
    }
}

fn line(to: &mut String, points: &[Spot], outline: Outline) {
    if let [from, end] = points {
        let [x1, y1, x2, y2] = [from.0, from.1, end.0, end.1].map(pixels);
        put(to, format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" "));
    } else {
        to.push_str("<path d=\"");
        path_data(to, points);
        to.push_str("\" ");
    }
    drawn(to, outline);
    to.push_str("/>\n");
}

/// The points of a path.
fn path_data(to: &mut String, points: &[Spot]) {
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        put(to, format_args!("{command}{} {}", pixels(*x), pixels(*y)));
    }
}

fn painted(to: &mut String, paint: Paint) {
    match paint {
        Paint::Filled(fill) => filled(to, fill),
        Paint::Drawn(outline) => drawn(to, outline),
    }
}

/// The attributes of a filled shape.
fn filled(to: &mut String, fill: Fill) {
    let name = fill.ink.name();
    put(to, format_args!("class=\"dy-f-{name}\""));
    if fill.opacity < 1.0 {
        put(to, format_args!(" fill-opacity=\"{:.2}\"", fill.opacity));
    }
}

/// The attributes of an outline: class, width, dash.
fn drawn(to: &mut String, outline: Outline) {
    put(to, format_args!("class=\"dy-s-{}\"", outline.ink.name()));
    if outline.width != 100 {
        put(to, format_args!(" stroke-width=\"{}\"", pixels(outline.width)));
    }
    if let Some(dash) = outline.dash {
        put(to, format_args!(" stroke-dasharray=\"{dash}\""));
    }
}

fn text(to: &mut String, words: &Words) {
    let [x, y, turned_y] = [words.at.0, words.at.1 + words.drop, words.at.1].map(pixels);
    let ink = words.ink.name();
    put(to, format_args!("<text x=\"{x}\" y=\"{y}\" class=\"dy-f-{ink}\""));
    if (words.size - 12.0).abs() > 1e-9 {
        put(to, format_args!(" font-size=\"{}\"", pixels(to_grid(words.size))));
    }
    if words.before > 0.75 {
        to.push_str(" text-anchor=\"end\"");
    } else if words.before > 0.25 {
        to.push_str(" text-anchor=\"middle\"");
    }
    if words.bold {
        to.push_str(" font-weight=\"600\"");
    }
    if words.turn != 0 {
        put(to, format_args!(" transform=\"rotate({} {x} {turned_y})\"", words.turn));
    }
    put(to, format_args!(">{}</text>\n", escape(&words.text)));
}
