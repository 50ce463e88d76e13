//! Path diagrams of a mediation.

use dyad_model::figure::{Marks, PathDiagram, PathEdge, Plot, Ranged};

use crate::section::Section;

impl Section<'_> {
    /// Adds a path diagram from predictor over mediator to outcome, of estimates so far in this folder: the paths a and b, the direct effect
    /// c′ where it has an interval, and a × b; nothing if one of the others has none. `[text.path]` names `predictor`, `mediator` and
    /// `outcome`; the figure's own words may say `{indirect}`.
    pub fn path_diagram(&self, key: &str, folder: &str, [a, b, direct, indirect]: [&str; 4]) {
        let found = |name: &str| self.get(&format!("{folder}/{name}"));
        let edge = |label: &str, name: &str| {
            Some(PathEdge { label: label.to_owned(), value: Ranged::of(&found(name)?)? })
        };
        let plot = || {
            Some(PathDiagram {
                predictor: self.text("path.predictor"),
                mediator: self.text("path.mediator"),
                outcome: self.text("path.outcome"),
                a: edge("a", a)?,
                b: edge("b", b)?,
                direct: edge("c′", direct),
                indirect: edge("a × b", indirect)?,
            })
        };
        if let Some((plot, indirect)) = plot().zip(found(indirect)) {
            let s = self.with("indirect", &indirect);
            s.figure(key, Marks::Groups, |_| Plot::Path(plot));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    const WORDS: &str = r#"
estimate."m/a" = { label = "a" }
estimate."m/b" = { label = "b" }
estimate."m/c" = { label = "c" }
estimate."m/ab" = { label = "ab" }
figure.paths = { title = "Paths", caption = "Paths.", alt = "{indirect:1}" }
text.path = { predictor = "x", mediator = "m", outcome = "y" }
"#;

    #[test]
    fn every_path_but_the_direct_one_needs_an_interval() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        let keys = ["a", "b", "c", "ab"];
        for key in ["m/a", "m/b"] {
            s.push(s.estimate(key).value(0.5).ci([0.0, 1.0]));
        }
        s.refuse("m/c", "none");
        s.path_diagram("paths", "m", keys);
        s.push(s.estimate("m/ab").value(0.25).ci([0.0, 1.0]));
        s.path_diagram("paths", "m", keys);
        let figures = study.close(String::new(), Vec::new(), "").figures;
        assert_eq!((figures.len(), &figures[0].alt[..]), (1, "0.2"));
        assert!(matches!(&figures[0].plot, Plot::Path(plot) if plot.direct.is_none()));
    }
}
