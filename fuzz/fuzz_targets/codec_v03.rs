//! What agents send in A2A 0.3, and anything like it. The two versions are read in one place; the
//! seeds lead to what is one version's own.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| switchboard_fuzz::read_stream(input));
