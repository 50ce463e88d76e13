//! Settings as a list: what each is, its default, and what must hold.

/// Declares the `Settings` of an analysis: what each is, its type and its default, and then, if there is something, what must hold of them
/// and what is said where it does not.
///
/// ```
/// use dyad_plugin::prelude::*;
///
/// dyad_plugin::settings! {
///     /// First and last session number of the early window.
///     early_window: [i64; 2] = [3, 5];
///     /// Power for "what could have been detected".
///     power: f64 = 0.8;
///     where
///     early_window[0] <= early_window[1] => "early_window needs two session numbers, the first not above the last";
///     power > 0.0 && power < 1.0 => "power must lie between 0 and 1";
/// }
///
/// assert!(Settings::default().check().is_ok());
/// assert!(Settings { power: 1.5, ..Settings::default() }.check().is_err());
/// ```
#[macro_export]
macro_rules! settings {
    ( @declare $( $(#[$about:meta])+ $name:ident : $type:ty = $default:expr; )+ ) => {
        /// The settings of the analysis, as its table in the study file has them.
        #[derive(Clone, Debug, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Settings {
            $( $(#[$about])+ $name: $type, )+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $( $name: $default, )+ }
            }
        }
    };
    ( $( $(#[$about:meta])+ $name:ident : $type:ty = $default:expr; )+ ) => {
        $crate::settings! { @declare $( $(#[$about])+ $name: $type = $default; )+ }

        impl $crate::Checked for Settings {}
    };
    (
        $( $(#[$about:meta])+ $name:ident : $type:ty = $default:expr; )+
        where $( $holds:expr => $expected:literal; )+
    ) => {
        $crate::settings! { @declare $( $(#[$about])+ $name: $type = $default; )+ }

        impl $crate::Checked for Settings {
            fn check(&self) -> Result<(), $crate::Failure> {
                let Self { $( $name, )+ } = self.clone();
                let conditions = [ $( ($holds, $expected), )+ ];
                // Not every setting has a condition.
                $( let _ = $name; )+
                $crate::Failure::bad_settings_unless(conditions)
            }
        }
    };
}
