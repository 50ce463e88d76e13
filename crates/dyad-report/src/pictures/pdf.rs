//! All figures in one PDF: a page each, words that can be searched and copied, alternative texts for screen readers, bookmarks.

use std::collections::BTreeMap;
use std::io::Write as _;

use dyad_model::Figure;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{
    CidFontType, FontFlags, LineJoinStyle, StructRole, SystemInfo, UnicodeCmap,
};
use pdf_writer::writers::ExtGraphicsState;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;
use ttf_parser::GlyphId;

use super::face::{BOLD, Faces, REGULAR};
use super::raster::{QUARTER, colour, dashes, narrow};
use crate::ReportError;
use crate::figures::drawing;
use crate::svg::mark::{Drawing, Fill, Mark, Outline, Paint, Spot, Words};
use crate::svg::{Ink, wrap};

/// A4 in points.
const PAGE: [f32; 2] = [595.276, 841.89];
/// Points per pixel of the style sheet: 720 become 180 mm.
const SCALE: f64 = 510.236 / 720.0;
/// Left and upper margin in points.
const MARGIN: [f64; 2] = [42.52, 48.0];
/// What a caption may take, in pixels of the style sheet.
const CAPTION_SIZE: f64 = 11.5;

/// A figure with what stands below it.
pub(crate) struct Plate<'a> {
    /// "Figure 3".
    pub(crate) number: String,
    /// The figure.
    pub(crate) figure: &'a Figure,
    /// Its caption with n.
    pub(crate) caption: String,
}

impl Plate<'_> {
    /// "Figure 3. What is shown".
    fn name(&self) -> String {
        format!("{}. {}", self.number, self.figure.title)
    }
}

/// Both fonts, with the glyphs that the book needs.
#[derive(Default)]
struct Used {
    glyphs: [GlyphRemapper; 2],
    /// The new number of a glyph, its character and its old number.
    characters: [BTreeMap<u16, (char, GlyphId)>; 2],
}

/// The objects that a book has once.
struct Objects {
    catalog: Ref,
    tree: Ref,
    info: Ref,
    outline: Ref,
    root: Ref,
    document: Ref,
    parents: Ref,
    fonts: [[Ref; 5]; 2],
}

/// The objects of one page.
#[derive(Clone, Copy)]
struct PageObjects {
    page: Ref,
    content: Ref,
    figure: Ref,
    caption: Ref,
    bookmark: Ref,
}

/// Writes the figures that can be drawn; the others are passed over, as the page says why.
pub(crate) fn book(title: &str, plates: &[Plate<'_>]) -> Result<Vec<u8>, ReportError> {
    let faces = Faces::embedded()?;
    let drawn: Vec<(&Plate<'_>, Drawing)> = plates
        .iter()
        .filter_map(|plate| Some((plate, drawing(plate.figure).ok()?.titled(&plate.name()))))
        .collect();
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let objects = Objects {
        catalog: id(),
        tree: id(),
        info: id(),
        outline: id(),
        root: id(),
        document: id(),
        parents: id(),
        fonts: [(); 2].map(|()| std::array::from_fn(|_| id())),
    };
    let mut of_page =
        || PageObjects { page: id(), content: id(), figure: id(), caption: id(), bookmark: id() };
    let pages: Vec<PageObjects> = drawn.iter().map(|_| of_page()).collect();
    let mut pdf = Pdf::new();
    let mut used = Used::default();
    for (index, (plate, drawing)) in drawn.iter().enumerate() {
        let (content, opacities) = {
            let content = Content::new();
            let opacities = BTreeMap::new();
            let mut leaf = Leaf { content, faces: &faces, used: &mut used, opacities };
            leaf.compose(plate, drawing);
            (leaf.content.finish().to_vec(), leaf.opacities)
        };
        pdf.stream(pages[index].content, &deflated(&content)?).filter(Filter::FlateDecode);
        page(&mut pdf, &objects, &pages[index], index, &opacities);
        structure(&mut pdf, &objects, &pages[index], plate);
        let mut item = pdf.outline_item(pages[index].bookmark);
        item.title(TextStr(&plate.name())).parent(objects.outline);
        if index > 0 {
            item.prev(pages[index - 1].bookmark);
        }
        if let Some(after) = pages.get(index + 1) {
            item.next(after.bookmark);
        }
        item.dest().page(pages[index].page).fit();
    }
    for (which, ids) in objects.fonts.into_iter().enumerate() {
        font(&mut pdf, &faces, &used, which, ids)?;
    }
    frame(&mut pdf, title, &objects, &pages);
    Ok(pdf.finish())
}

/// What a page needs to be shown.
fn page(
    pdf: &mut Pdf,
    objects: &Objects,
    ids: &PageObjects,
    index: usize,
    opacities: &BTreeMap<Vec<u8>, f32>,
) {
    let mut out = pdf.page(ids.page);
    out.media_box(Rect::new(0.0, 0.0, PAGE[0], PAGE[1]));
    out.parent(objects.tree).contents(ids.content).struct_parents(count(index));
    let mut resources = out.resources();
    let mut named = resources.fonts();
    named.pair(Name(b"F0"), objects.fonts[0][0]).pair(Name(b"F1"), objects.fonts[1][0]);
    named.finish();
    let mut states = resources.ext_g_states();
    for (name, opacity) in opacities {
        let mut state = states.insert(Name(name)).start::<ExtGraphicsState<'_>>();
        state.non_stroking_alpha(*opacity);
    }
}

/// What a screen reader meets on a page: a figure with its alternative text, and its caption.
fn structure(pdf: &mut Pdf, objects: &Objects, ids: &PageObjects, plate: &Plate<'_>) {
    let mut element = pdf.struct_element(ids.figure);
    element.kind(StructRole::Figure).parent(objects.document).page(ids.page);
    element.alt(TextStr(&plate.figure.alt));
    element.children().marked_content_id(0);
    element.finish();
    let mut element = pdf.struct_element(ids.caption);
    element.kind(StructRole::Caption).parent(objects.document).page(ids.page);
    element.children().marked_content_id(1);
}

/// What holds the pages together.
fn frame(pdf: &mut Pdf, title: &str, objects: &Objects, pages: &[PageObjects]) {
    pdf.pages(objects.tree).kids(pages.iter().map(|ids| ids.page)).count(count(pages.len()));
    if let (Some(first), Some(last)) = (pages.first(), pages.last()) {
        let mut list = pdf.outline(objects.outline);
        list.first(first.bookmark).last(last.bookmark).count(count(pages.len()));
    }
    let mut element = pdf.struct_element(objects.document);
    element.kind(StructRole::Document).parent(objects.root);
    let mut children = element.children();
    for ids in pages {
        children.struct_element(ids.figure).struct_element(ids.caption);
    }
    children.finish();
    element.finish();
    let mut nums = pdf.indirect(objects.parents).dict();
    let mut list = nums.insert(Name(b"Nums")).array();
    for (index, ids) in pages.iter().enumerate() {
        list.item(count(index));
        list.push().array().items([ids.figure, ids.caption]);
    }
    list.finish();
    nums.finish();
    let mut root = pdf.indirect(objects.root).dict();
    root.pair(Name(b"Type"), Name(b"StructTreeRoot")).pair(Name(b"K"), objects.document);
    root.pair(Name(b"ParentTree"), objects.parents);
    root.pair(Name(b"ParentTreeNextKey"), count(pages.len()));
    root.finish();
    pdf.document_info(objects.info).title(TextStr(title)).producer(TextStr("dyad"));
    let mut top = pdf.catalog(objects.catalog);
    top.pages(objects.tree).lang(TextStr("en"));
    if !pages.is_empty() {
        top.outlines(objects.outline);
    }
    top.pair(Name(b"StructTreeRoot"), objects.root);
    top.viewer_preferences().display_doc_title(true);
    top.mark_info().marked(true);
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn deflated(bytes: &[u8]) -> Result<Vec<u8>, ReportError> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(bytes)
        .and_then(|()| packed.finish())
        .map_err(|e| ReportError::Font(format!("a part of figures.pdf cannot be packed: {e}")))
}

/// One page.
struct Leaf<'a> {
    content: Content,
    faces: &'a Faces,
    used: &'a mut Used,
    /// Names and values of the opacities on it.
    opacities: BTreeMap<Vec<u8>, f32>,
}

impl Leaf<'_> {
    fn compose(&mut self, plate: &Plate<'_>, drawing: &Drawing) {
        let lines = wrap(&plate.caption, CAPTION_SIZE, 712.0);
        let below = 1.35 * CAPTION_SIZE * lines.len() as f64 + 18.0;
        let height = f64::from(drawing.height + drawing.head);
        let room = (f64::from(PAGE[1]) - 2.0 * MARGIN[1]) / SCALE - below;
        let scale = SCALE * (room / height).min(720.0 / f64::from(drawing.width)).min(1.0);
        self.part(b"Figure", 0, scale, f64::from(drawing.head) * scale, |leaf| {
            for mark in &drawing.marks {
                leaf.mark(mark);
            }
        });
        let down = height * scale + 18.0 * SCALE;
        self.part(b"Caption", 1, SCALE, down, |leaf| {
            for (index, text) in lines.into_iter().enumerate() {
                let words = Words {
                    at: (400, crate::svg::grid_steps(1.35 * CAPTION_SIZE * index as f64)),
                    drop: 0,
                    before: 0.0,
                    size: CAPTION_SIZE,
                    ink: Ink::Muted,
                    bold: false,
                    turn: 0,
                    text,
                };
                leaf.words(&words);
            }
        });
    }

    /// A marked part of the page, in pixels of the style sheet, y downwards from `down` points below the margin.
    fn part(
        &mut self,
        tag: &[u8],
        number: i32,
        scale: f64,
        down: f64,
        draw: impl FnOnce(&mut Self),
    ) {
        self.content.save_state();
        let mut mark = self.content.begin_marked_content_with_properties(Name(tag));
        mark.properties().identify(number);
        mark.finish();
        let (s, top) = (narrow(scale), f64::from(PAGE[1]) - MARGIN[1] - down);
        self.content.transform([s, 0.0, 0.0, -s, narrow(MARGIN[0]), narrow(top)]);
        self.content.set_line_join(LineJoinStyle::RoundJoin);
        draw(self);
        self.content.end_marked_content();
        self.content.restore_state();
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Open(_) | Mark::Close => {}
            Mark::Line(points, outline) => {
                self.through(points);
                self.stroke(*outline);
            }
            Mark::Area(points, fill) => {
                self.through(points);
                self.content.close_path();
                self.fill(*fill);
            }
            Mark::Rect(from, to, paint) => {
                let ([x, y], [right, bottom]) = (place(*from), place(*to));
                self.content.rect(x, y, right - x, bottom - y);
                self.paint(*paint);
            }
            Mark::Circle(centre, radius, paint) => {
                let [x, y] = place(*centre);
                let r = narrow(f64::from(*radius) / 100.0);
                let k = r * narrow(QUARTER);
                self.content.move_to(x + r, y);
                self.content.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
                self.content.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
                self.content.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
                self.content.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
                self.content.close_path();
                self.paint(*paint);
            }
            Mark::Text(words) => self.words(words),
        }
    }

    fn through(&mut self, points: &[Spot]) {
        for (index, spot) in points.iter().enumerate() {
            let [x, y] = place(*spot);
            if index == 0 {
                self.content.move_to(x, y);
            } else {
                self.content.line_to(x, y);
            }
        }
    }

    fn paint(&mut self, paint: Paint) {
        match paint {
            Paint::Filled(fill) => self.fill(fill),
            Paint::Drawn(outline) => self.stroke(outline),
        }
    }

    fn fill(&mut self, fill: Fill) {
        self.ink(fill.ink, fill.opacity);
        self.content.fill_nonzero();
    }

    fn ink(&mut self, ink: Ink, opacity: f64) {
        let name = format!("A{:.2}", opacity.clamp(0.0, 1.0)).into_bytes();
        self.content.set_parameters(Name(&name));
        self.opacities.insert(name, narrow(opacity));
        let [r, g, b] = colour(ink).map(|c| f32::from(c) / 255.0);
        self.content.set_fill_rgb(r, g, b);
    }

    fn stroke(&mut self, outline: Outline) {
        let [r, g, b] = colour(outline.ink).map(|c| f32::from(c) / 255.0);
        self.content.set_stroke_rgb(r, g, b);
        self.content.set_line_width(narrow(f64::from(outline.width) / 100.0));
        self.content.set_dash_pattern(dashes(outline).map(narrow), 0.0);
        self.content.stroke();
    }

    fn words(&mut self, words: &Words) {
        let (line, width) = self.faces.line(words);
        let which = usize::from(words.bold);
        let mut bytes = Vec::with_capacity(2 * line.len());
        for placed in line {
            let new = self.used.glyphs[which].remap(placed.glyph.0);
            self.used.characters[which].insert(new, (placed.character, placed.glyph));
            bytes.extend(new.to_be_bytes());
        }
        let [x, y] = place(words.at);
        let (sin, cos) = f64::from(words.turn).to_radians().sin_cos();
        let (dx, dy) = (-words.before * width, f64::from(words.drop) / 100.0);
        let (dx, dy) = (cos * dx - sin * dy, sin * dx + cos * dy);
        let [sin, cos] = [narrow(sin), narrow(cos)];
        self.ink(words.ink, 1.0);
        let font: &[u8] = if words.bold { b"F1" } else { b"F0" };
        self.content.begin_text();
        self.content.set_font(Name(font), narrow(words.size));
        // The page's y runs downwards here, a glyph's upwards.
        self.content.set_text_matrix([cos, sin, sin, -cos, x + narrow(dx), y + narrow(dy)]);
        self.content.show(Str(&bytes));
        self.content.end_text();
    }
}

fn place((x, y): Spot) -> [f32; 2] {
    [narrow(f64::from(x) / 100.0), narrow(f64::from(y) / 100.0)]
}

/// A font with the glyphs used, and which characters they stand for.
fn font(
    pdf: &mut Pdf,
    faces: &Faces,
    used: &Used,
    which: usize,
    ids: [Ref; 5],
) -> Result<(), ReportError> {
    let [outer, inner, descriptor, file, unicode] = ids;
    let bold = which == 1;
    let (data, name): (_, &[u8]) =
        if bold { (BOLD, b"DYADAA+DejaVuSans-Bold") } else { (REGULAR, b"DYADAA+DejaVuSans") };
    let face = faces.of(bold);
    let unit = 1000.0 / f64::from(face.units_per_em());
    let milli = |value: i16| narrow(f64::from(value) * unit);
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(outer)
        .base_font(Name(name))
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(inner)
        .to_unicode(unicode);
    let mut cid = pdf.cid_font(inner);
    cid.subtype(CidFontType::Type2).base_font(Name(name)).system_info(system);
    cid.font_descriptor(descriptor).default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for (new, (_, old)) in &used.characters[which] {
        let advance = face.glyph_hor_advance(*old).unwrap_or(0);
        widths.consecutive(*new, [narrow(f64::from(advance) * unit)]);
    }
    widths.finish();
    cid.finish();
    let bounds = face.global_bounding_box();
    pdf.font_descriptor(descriptor)
        .name(Name(name))
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(
            milli(bounds.x_min),
            milli(bounds.y_min),
            milli(bounds.x_max),
            milli(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(milli(face.ascender()))
        .descent(milli(face.descender()))
        .cap_height(milli(face.capital_height().unwrap_or(1493)))
        .stem_v(if bold { 140.0 } else { 90.0 })
        .font_file2(file);
    let subset = subsetter::subset(data, 0, &used.glyphs[which])
        .map_err(|e| ReportError::Font(e.to_string()))?;
    pdf.stream(file, &deflated(&subset)?).filter(Filter::FlateDecode);
    let mut map = UnicodeCmap::new(Name(b"Custom"), system);
    for (new, (character, _)) in &used.characters[which] {
        map.pair(*new, *character);
    }
    pdf.cmap(unicode, map.finish().as_slice());
    Ok(())
}
