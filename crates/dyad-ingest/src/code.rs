//! The kinds of problems, with stable names.

use std::fmt;

use serde::Serialize;

use crate::gate::Rule;

/// Declares the codes once: name in Rust, name for users, the words of the message, the hint, the explanation.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $found:literal, $hint:literal, $explanation:literal;)*) => {
        /// The kind of a problem. Its name never changes; `explanation` is the long text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $explanation] $variant,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name that documentation, tests and scripts use.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What was found, in words, unless the place knows better.
            #[must_use]
            pub fn found(self) -> &'static str {
                match self { $(Self::$variant => $found,)* }
            }

            /// How to fix it, unless the place knows better.
            #[must_use]
            pub fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)* }
            }

            /// What the rule is and why it stands.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation,)* }
            }
        }
    };
}

codes! {
    FileEmpty = "file_empty", "an empty file",
        "export the data again; the first row must hold the column names",
        "The file has no bytes, or nothing but blank lines.";
    NoRows = "no_rows", "a header and no row below it",
        "export the data again",
        "The file has column names and no record.";
    Encoding = "encoding", "bytes that are no text in the file's encoding",
        "name the encoding in the study file, [data] encoding = \"windows-1252\", or save the file as UTF-8",
        "A byte sequence does not belong to the encoding. It is never replaced silently: the word it stands in would change.";
    NulByte = "nul_byte", "a NUL byte",
        "the file is damaged or not a text file; export it again",
        "A text table holds no NUL bytes. They appear when a transfer was cut short or a binary file was renamed.";
    UnbalancedQuote = "unbalanced_quote", "a quoted cell that never ends",
        "close the quotation mark, or double it if it belongs to the text",
        "A quotation mark opens a cell and no second one closes it, so all later rows would become part of this cell and be lost.";
    StrayQuote = "stray_quote", "a quotation mark inside a cell",
        "quote the whole cell and double the quotation mark: \"say \"\"ah\"\"\"",
        "A quotation mark stands inside a cell that is not quoted, or text follows a closing one. Programs read such rows differently.";
    ShortRow = "short_row", "a row with too few cells",
        "look for a line break or a delimiter that was lost in this row",
        "The row has fewer cells than the header. Filling it up would move values into the wrong columns.";
    LongRow = "long_row", "a row with too many cells",
        "quote cells that contain the delimiter; or does a number use it as its decimal mark?",
        "The row has more cells than the header. Cutting it would lose values.";
    RowCount = "row_count", "a number of records that differs between two counts",
        "the file is damaged; export it again",
        "The records are counted twice, from the bytes and by the reader. If the counts differ, rows would be lost.";
    FileChanged = "file_changed", "a file that changed while it was read",
        "wait until the export has finished and run again",
        "The file's hash after reading differs from the one before.";
    Unreadable = "unreadable", "a file that its reader refuses",
        "the file is damaged or of another format; export it again",
        "The reader of this format found the file damaged or cannot represent it.";
    Unsupported = "unsupported", "a part of the format that is not supported",
        "export the column as text or as a plain number",
        "The format allows this; a session table does not need it.";
    DuplicateColumn = "duplicate_column", "two columns with the same name",
        "rename one of them",
        "Which of them is meant cannot be known.";
    BlankColumn = "blank_column", "a column without a name",
        "name the column, or remove it: R writes row names into such a column unless row.names = FALSE, pandas an index unless index=False",
        "Every column needs a name. Row names or an index that another program wrote, and a delimiter at the end of every line, make a nameless column.";
    ColumnMissing = "column_missing", "no column of this name",
        "use a name from the file's first row",
        "The study file names a column that the data file does not have.";
    ColumnAmbiguous = "column_ambiguous", "a column that stands in two files",
        "remove it from one of the files",
        "A covariate is looked for in every file; found twice, its level is unknown.";
    PartsDiffer = "parts_differ", "parts with different columns",
        "every part needs the same columns",
        "A glob of parts is one table cut into files; a part with other columns belongs to another table.";
    NoFileMatches = "no_file_matches", "a pattern that matches no file",
        "check the pattern and the folder; it is relative to the study file",
        "The glob of the data section finds nothing.";
    Dialect = "dialect", "a delimiter that cannot be told",
        "name it in the study file, [data] delimiter = \";\"",
        "Two delimiters explain the first rows equally well.";
    Template = "template", "a template that does not fit the columns",
        "check the numbers in the column names",
        "A `{session}` or `{item}` template must match columns, and every number once.";
    TextInNumber = "text_in_number", "text where a number is expected",
        "if it means \"not answered\", add its code to [missing] codes",
        "A measure column holds something that is not a number and not a missing code.";
    NotFinite = "not_finite", "a number that is not finite",
        "leave the cell empty if the value is missing",
        "NaN, Inf and numbers too large to represent are refused: a missing value is an empty cell or a declared code.";
    ThousandsSeparator = "thousands_separator", "a number with a thousands separator",
        "write the number without it",
        "1,234 is a thousand in one country and a little more than one in another.";
    DecimalComma = "decimal_comma", "a number with a decimal comma",
        "set [data] decimal = \",\" in the study file",
        "The file's decimal mark was taken to be a point.";
    FullDate = "full_date", "a full date where a number is expected",
        "a spreadsheet may have turned the number into a date; export it as text or number",
        "A date stands in a number column.";
    AboveRange = "above_range", "a number above the range",
        "if the value means \"not answered\", add its code to [missing] codes",
        "The value is larger than the range of the measure allows.";
    BelowRange = "below_range", "a number below the range",
        "if the value means \"not answered\", add its code to [missing] codes",
        "The value is smaller than the range of the measure allows.";
    ItemStep = "item_step", "an answer between two possible ones",
        "map the answers to the values of the key first",
        "The key of this instrument knows certain answers only, such as 0, 25, 50, 75 and 100; files often hold 1 to 5 instead.";
    CodeInRange = "code_in_range", "a missing code inside the measure's range",
        "give this measure its own codes: missing = [\"…\"] in its table",
        "The code could be a score. A measure that lists its own missing codes says which it is.";
    DropoutValue = "dropout_value", "a dropout that is neither 0 nor 1",
        "1 = left against plan, 0 = ended as planned or still in treatment, empty = unknown",
        "Dropout is a yes or a no.";
    EmptyIdentifier = "empty_identifier", "an empty identifier",
        "every row needs one; missing codes do not apply to identifiers",
        "Site, therapist and client are needed to know whose session this is.";
    DamagedIdentifier = "damaged_identifier", "an identifier that a spreadsheet turned into a number with an exponent",
        "export again with the column formatted as text",
        "1.23E+05 stands for many different identifiers; which one it was cannot be known.";
    SessionNumber = "session_number", "a session number that is not a whole number from 1",
        "number the sessions 1, 2, 3 …; an intake score is a `baseline` measure",
        "Session numbers are 1-based whole numbers up to 65535. Gaps are allowed.";
    SessionMissing = "session_missing", "a row without a session number",
        "fill it in, or drop such rows with [data] no_session_number = \"drop\"",
        "Follow-up rows often have none. They are only dropped on request, and counted.";
    DayValue = "day_value", "a day that is not a whole number",
        "`day` counts the days since the client's first session",
        "Days are whole numbers; a date belongs under `date` in the columns section.";
    DayDecreases = "day_decreases", "a day before that of an earlier session",
        "check the day, or the session number, of both rows",
        "Within a client, days may not go back while session numbers grow.";
    DuplicateSession = "duplicate_session", "the same client and session with different values",
        "keep one of the rows, or number the sessions anew",
        "Two rows claim to be the same session of the same client and differ. Identical rows are dropped and counted instead.";
    TwoTherapists = "two_therapists", "a client with two therapists",
        "choose [data] two_therapists = \"first\", \"most\" or \"episodes\"",
        "A client's sessions must form one run under one therapist. The study file may say what to do with a change of therapist.";
    NotConstant = "not_constant", "a value that differs within one person",
        "the measure holds one value per person; correct the row, or use a session-level role",
        "A client-level measure repeated on session rows must be the same on each of them; a therapist-level measure likewise.";
    DuplicatePerson = "duplicate_person", "two rows for the same person",
        "keep one of them",
        "A file of clients or therapists has one row per person.";
    AmbiguousPerson = "ambiguous_person", "a person who cannot be told apart between sites",
        "add the site column to this file",
        "The same identifier occurs at two sites, and the file does not say which is meant.";
    TwoLevels = "two_levels", "a measure at an impossible level",
        "move the column to another file, or change the measure's role",
        "A session-level measure needs one value per session.";
    IdentifierName = "identifier_name", "a column name that announces a direct identifier",
        "drop the column, or give a reason in [deidentification.allow]",
        "De-identification R1: names, birth dates, addresses, phone numbers and the like do not belong into a session file. \
         Whole words of the column name are compared.";
    IdentifierValue = "identifier_value", "a value with the shape of a direct identifier",
        "drop the column, or give a reason in [deidentification.allow]",
        "De-identification R2: e-mail and web addresses, phone numbers, postcodes, social security, health service, provider, \
         bank and card numbers. One hit is enough where the shape is specific; check digits must pass more often than by chance.";
    DateColumn = "date_column", "a full date",
        "declare it as [columns] date to turn it into days since the first session, or drop it",
        "De-identification R3: every date element finer than the year is an identifier (45 CFR 164.514). Only the column \
         declared as `date` may hold dates; it becomes `day` while reading and is never kept.";
    AgeAbove89 = "age_above_89", "an age above 89",
        "top-code the ages as 90",
        "De-identification R4: so few people are that old that the age alone can identify one.";
    FreeText = "free_text", "free text",
        "drop the column: names inside text cannot be found reliably",
        "De-identification R5: more than four words in the typical cell, long and mostly different cells, or any cell of more \
         than 80 characters.";
    RealIdentifier = "real_identifier", "an identifier that looks real",
        "replace the identifiers by random or keyed codes",
        "De-identification R6: site, therapist or client identifiers that are e-mail addresses, numbers with check digits, or \
         initials with a birth date.";
    HiddenText = "hidden_text", "an identifier beside the cells",
        "export the file without notes, labels and metadata",
        "De-identification R7: file formats carry text that no table shows: metadata, labels, documents.";
    DateValue = "date_value", "a date that cannot be read",
        "write dates as 2024-03-31; day and month of 03/04/2024 cannot be told apart",
        "The declared date column accepts 2024-03-31, 2024/03/31 and 31.03.2024, with or without a time.";
    Conservation = "conservation", "rows that are neither used nor dropped",
        "this is an error of the program; please report it",
        "Rows read = rows used + rows dropped, by reason. The sum is checked at the end of every load.";
}

impl Code {
    /// The code of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The long text of a problem code: what it means, why the rule stands, how to fix it. The
/// rules R1 to R7 of the gate have codes too. `None` if there is no such code.
#[must_use]
pub fn explain(code: &str) -> Option<String> {
    let rule = Rule::ALL.into_iter().find(|rule| rule.as_str() == code).map(Rule::code);
    let code = Code::parse(code).or(rule)?;
    let hint =
        if code.hint().is_empty() { String::new() } else { format!("\n\nhint: {}", code.hint()) };
    Some(format!("{code}: {}\n\n{}{hint}", code.found(), code.explanation()))
}
