use super::*;

const LIVE: Looks = Looks {
    live: true,
    colors: false,
    size: || Some((40, 12)),
};
const FILE: Looks = Looks {
    live: false,
    colors: false,
    size: || None,
};

fn bubble(id: i64, text: &str) -> Bubble {
    Bubble {
        key: (1, id),
        text: text.to_owned(),
        entities: Vec::new(),
        buttons: Vec::new(),
        buzzed: false,
        draft: text.starts_with('⏳'),
    }
}

/// Plays on a screen and tells what a terminal with it would show.
fn shown(looks: Looks, play: impl FnOnce(&mut Screen<Vec<u8>>) -> io::Result<()>) -> Vec<String> {
    let mut screen = Screen::new(Vec::new(), looks);
    play(&mut screen).unwrap();
    let mut terminal = vec![String::new()];
    let mut row = 0;
    let written = String::from_utf8(screen.out).unwrap();
    let mut rest = written.as_str();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' => row += 1,
            '\r' => {}
            '\x1b' => {
                let end = rest.find(char::is_alphabetic).unwrap();
                match (&rest[end..=end], rest[1..end].parse::<usize>()) {
                    ("A", Ok(up)) => row -= up,
                    ("J", _) => {
                        terminal.truncate(row);
                    }
                    ("C", _) => {}
                    other => panic!("{other:?}"),
                }
                rest = &rest[end + 1..];
            }
            c => {
                terminal.resize(terminal.len().max(row + 1), String::new());
                terminal[row].push(c);
            }
        }
    }
    terminal
}

#[test]
fn an_edit_shows_in_its_place() {
    let seen = shown(LIVE, |screen| {
        screen.said("you ▸ ", "pods")?;
        screen.bubble("bot", bubble(1, "⏳ working\n\nlooking"))?;
        screen.said("you ▸ ", "nodes")?;
        screen.bubble("bot", bubble(2, "three"))?;
        screen.bubble("bot", bubble(1, "six"))
    });
    let expected = ["you ▸ pods", "bot ▸ six", "you ▸ nodes", "bot ▸ three"];
    assert_eq!(seen, expected);
}

#[test]
fn a_deleted_message_goes() {
    let seen = shown(LIVE, |screen| {
        screen.bubble("bot", bubble(1, "⏳ working"))?;
        screen.bubble("bot", bubble(2, "six"))?;
        screen.forget((1, 1))
    });
    assert_eq!(seen, ["bot ▸ six"]);
}

#[test]
fn what_is_typed_stays_below_all_that_comes() {
    let seen = shown(LIVE, |screen| {
        let typed = Typed {
            label: "you".into(),
            text: "/k8s no".into(),
            cursor: 7,
        };
        screen.line(Some(typed))?;
        screen.typing(true)?;
        screen.bubble("bot", bubble(1, "six"))?;
        screen.bubble("bot", bubble(2, "seven"))?;
        screen.bubble("bot", bubble(1, "6"))
    });
    assert_eq!(
        seen,
        ["bot ▸ 6", "bot ▸ seven", "… typing", "you ▸ /k8s no"]
    );
}

#[test]
fn of_a_long_line_the_part_around_the_cursor_shows() {
    let seen = shown(LIVE, |screen| {
        let typed = Typed {
            label: "you".into(),
            text: "0123456789".repeat(5),
            cursor: 50,
        };
        screen.line(Some(typed))
    });
    assert_eq!(seen, ["you ▸ 789012345678901234567890123456789"]);
}

#[test]
fn an_edit_out_of_reach_is_a_message_of_its_own() {
    let seen = shown(LIVE, |screen| {
        screen.bubble("bot", bubble(1, "six"))?;
        screen.bubble("bot", bubble(2, "⏳ working"))?;
        screen.aside(&"line\n".repeat(12))?;
        screen.bubble("bot", bubble(2, "⏳ still"))?;
        screen.bubble("bot", bubble(2, "seven"))?;
        screen.bubble("bot", bubble(1, "6"))
    });
    assert_eq!(seen[..2], ["bot ▸ six", "bot ▸ ⏳ working"]);
    assert_eq!(seen[14..], ["bot ▸ seven", "bot (edited) ▸ 6"]);
}

#[test]
fn a_file_gets_no_drafts_and_each_edit_once() {
    let seen = shown(FILE, |screen| {
        screen.typing(true)?;
        screen.bubble("bot", bubble(1, "⏳ working"))?;
        screen.bubble("bot", bubble(1, "⏳ working\n\nlooking"))?;
        screen.bubble("bot", bubble(1, "six"))?;
        screen.bubble("bot", bubble(1, "6"))
    });
    assert_eq!(seen, ["bot ▸ six", "bot (edited) ▸ 6"]);
}

#[test]
fn a_file_gets_of_an_edit_what_is_new() {
    let seen = shown(FILE, |screen| {
        screen.bubble("bot", bubble(1, "May I?\npod: web-1\n\nopen"))?;
        screen.bubble("bot", bubble(1, "May I?\npod: web-1\n\ndone"))?;
        screen.bubble("bot", bubble(1, "May I?\npod: web-1"))?;
        screen.bubble("bot", bubble(1, "No.\nMay I?"))
    });
    let edits = [
        "bot (edited) ▸ … done",
        "bot (edited) ▸ …",
        "bot (edited) ▸ No.",
    ];
    assert_eq!(seen[4..7], edits);
}

#[test]
fn buttons_have_numbers_that_stay_theirs() {
    let question = |id, buttons: &[&str]| Bubble {
        buttons: buttons.iter().map(|&label| label.to_owned()).collect(),
        buzzed: true,
        ..bubble(id, "lost")
    };
    let mut pressed = None;
    let seen = shown(FILE, |screen| {
        screen.bubble("bot", question(1, &["Run again", "Leave it"]))?;
        screen.bubble("bot", question(2, &["Run again"]))?;
        pressed = screen.button(3).cloned();
        assert_eq!(screen.button(0), None);
        assert_eq!(screen.button(4), None);
        Ok(())
    });
    let expected = [
        "bot ▸ lost 🔔",
        "  [1] Run again  [2] Leave it",
        "bot ▸ lost 🔔",
        "  [3] Run again",
    ];
    assert_eq!(seen, expected);
    assert_eq!(pressed, Some(((1, 2), "Run again".to_owned())));
}
