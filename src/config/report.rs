//! Everything that reading the configuration finds out.

use std::cell::RefCell;

use super::places::{Place, Places};
use super::problem::Problem;

/// Everything found so far, shared by all sections.
pub(super) struct Report {
    places: Places,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
}

impl Report {
    /// Nothing is found yet but what stands `twice`, in two files.
    pub(super) fn new(places: Places, twice: Vec<(String, Place)>) -> Self {
        let twice = twice.into_iter().map(|(key, second)| {
            let first = places.get(&key).map(Place::to_string);
            let first = first.unwrap_or_else(|| "another file".to_owned());
            let message = format!("is set in {first} already: keep one of the two");
            Problem::new(key, Some(second), message)
        });
        Self {
            problems: RefCell::new(twice.collect()),
            warnings: RefCell::default(),
            places,
        }
    }

    /// Problems and warnings, by file and line; what is in no file comes last.
    pub(super) fn finish(self) -> (Vec<Problem>, Vec<Problem>) {
        let by_line = |list: RefCell<Vec<Problem>>| {
            let mut list = list.into_inner();
            let place = |it: &Problem| (it.line.is_none(), it.file.clone(), it.line);
            list.sort_by_cached_key(place);
            list
        };
        (by_line(self.problems), by_line(self.warnings))
    }

    /// Whether the file has something at `path`; the root, whose path is empty, counts.
    pub(super) fn in_file(&self, path: &str) -> bool {
        path.is_empty() || self.places.contains_key(path)
    }

    /// Writes down what is wrong at `path`. `in_file` is false for what a variable set.
    pub(super) fn refuse(&self, path: &str, in_file: bool, message: String) {
        let problem = if in_file {
            self.at(path, message)
        } else {
            Problem::new(path.to_owned(), None, message)
        };
        self.problems.borrow_mut().push(problem);
    }

    /// Writes down what is allowed at `path`, but hardly meant.
    pub(super) fn warn(&self, path: &str, message: String) {
        self.warnings.borrow_mut().push(self.at(path, message));
    }

    /// What is wrong at `path`, not written down.
    pub(super) fn at(&self, path: &str, message: String) -> Problem {
        Problem::new(path.to_owned(), self.place(path), message)
    }

    /// The place of `path`, else of the closest table or list around it.
    fn place(&self, path: &str) -> Option<Place> {
        let mut path = path;
        loop {
            if let Some(place) = self.places.get(path) {
                return Some(place.clone());
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}
