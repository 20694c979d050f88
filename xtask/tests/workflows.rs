//! Scripts that `.github/workflows` runs exist, and actions are pinned by their commit.

use std::{fs, path::Path};

#[test]
fn actions_are_pinned_by_their_commit_and_scripts_of_run_lines_exist() {
    let mut actions = 0;
    let mut scripts = 0;
    for file in fs::read_dir("../.github/workflows").unwrap() {
        let file = file.unwrap().path();
        for line in fs::read_to_string(&file).unwrap().lines() {
            let line = line.trim().trim_start_matches("- ");
            if let Some(action) = line.strip_prefix("uses: ") {
                let (_, commit) = action.split_once('@').unwrap();
                let (commit, version) = commit.split_once(" # v").unwrap();
                assert!(
                    commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()),
                    "{}: {action} ({version}) is not pinned",
                    file.display()
                );
                actions += 1;
            }
            let command = line.strip_prefix("run: ").unwrap_or(line);
            let program = command.split(' ').next().unwrap();
            if program.starts_with(".ci/") || program.starts_with("tests/") {
                let script = fs::read_to_string(Path::new("..").join(program));
                assert!(script.is_ok(), "{}: no {program}", file.display());
                scripts += 1;
            }
        }
    }
    assert!(actions > 5 && scripts > 5, "{actions} {scripts}");
}
