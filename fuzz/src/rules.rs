//! What takes credentials out of the texts of errors.

#[path = "../../src/rules/glob.rs"]
pub mod glob;
#[path = "../../src/rules/mask/mod.rs"]
pub mod mask;
