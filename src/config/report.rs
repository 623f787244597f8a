//! Everything that reading one file finds out.

use std::cell::RefCell;

use super::problem::Problem;
use super::source::Lines;

/// Everything found so far, shared by all sections of one file.
pub(super) struct Report {
    lines: Lines,
    problems: RefCell<Vec<Problem>>,
    warnings: RefCell<Vec<Problem>>,
}

impl Report {
    pub(super) fn new(lines: Lines) -> Self {
        Self {
            lines,
            problems: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    /// Problems and warnings, by line; what is not in the file comes last.
    pub(super) fn finish(self) -> (Vec<Problem>, Vec<Problem>) {
        let by_line = |list: RefCell<Vec<Problem>>| {
            let mut list = list.into_inner();
            list.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
            list
        };
        (by_line(self.problems), by_line(self.warnings))
    }

    /// Whether the file has something at `path`; the root, whose path is empty, counts.
    pub(super) fn in_file(&self, path: &str) -> bool {
        path.is_empty() || self.lines.contains_key(path)
    }

    /// Writes down what is wrong at `path`. `in_file` is false for what a variable set.
    pub(super) fn refuse(&self, path: &str, in_file: bool, message: String) {
        let mut problem = self.at(path, message);
        problem.line = problem.line.filter(|_| in_file);
        self.problems.borrow_mut().push(problem);
    }

    /// Writes down what is allowed at `path`, but hardly meant.
    pub(super) fn warn(&self, path: &str, message: String) {
        self.warnings.borrow_mut().push(self.at(path, message));
    }

    fn at(&self, path: &str, message: String) -> Problem {
        Problem {
            key: path.to_owned(),
            line: self.line(path),
            message,
        }
    }

    /// The line of `path`, else of the closest table or list around it.
    fn line(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}
