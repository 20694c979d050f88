//! The lines of many entries of one list.

use super::line;

/// The number of entries that are looked up one by one: each reads the text once more.
const LOOKED_UP: usize = 64;

/// Returns the lines of the `wanted` entries of a list of `count` entries.
///
/// In YAML as people write it, where each entry has its dash in one column, the dashes are counted.
/// Otherwise entries after the first 64 have the line of the list.
pub fn entries(text: &str, list: &str, count: usize, wanted: &[usize]) -> Vec<usize> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let dashes = dashes(text, line(text, &format!("{list}/0")));
    if dashes.len() == count {
        return wanted.iter().map(|i| dashes[*i]).collect();
    }
    let around = line(text, list);
    let look = |(n, i): (usize, &usize)| match n < LOOKED_UP {
        true => line(text, &format!("{list}/{i}")),
        false => around,
    };
    wanted.iter().enumerate().map(look).collect()
}

/// Returns the lines that have a dash below that of line `first`, up to the end of its list.
fn dashes(text: &str, first: usize) -> Vec<usize> {
    let lines = || text.lines().enumerate().skip(first - 1);
    let column = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let dash = lines().next().map_or(0, |(_, line)| column(line));
    let is_entry = |line: &str| line[dash..] == *"-" || line[dash..].starts_with("- ");
    lines()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .take_while(|(_, line)| column(line) > dash || (column(line) == dash && is_entry(line)))
        .filter(|(_, line)| column(line) == dash)
        .map(|(i, _)| i + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[test]
    fn entries_have_their_lines_however_the_list_is_written() {
        let block = "a:\n  # x\n  - b: |\n      - no\n\n  # - no\n  -\n    c\n  - - d\nb:\n  - e\n";
        let level = "a:\n- b\n- c: [\n   1]\n- 'd\n\n  e'\n-\nb: []\n";
        let flow = "a: [b, {c: 1},\n  d]\n";
        let json = "{\"a\": [1,\n 2, {\n\"b\": 1},\n 3]}";
        for (text, lines) in [
            (block, vec![3, 7, 9]),
            (level, vec![2, 3, 5]),
            (flow, vec![1, 1, 2]),
            (json, vec![1, 2, 2, 4]),
        ] {
            let wanted: Vec<usize> = (0..lines.len()).collect();
            let value = parse(text).unwrap();
            let count = value["a"].as_array().unwrap().len();
            assert_eq!(entries(text, "/a", count, &wanted), lines, "{text}");
        }
    }

    #[test]
    fn the_lines_of_very_many_entries_are_found_soon() {
        let entry =
            "  - {target: $.a, update: {description: a text of some length, type: string}}\n";
        let block = format!("actions:\n{}", entry.repeat(2_000));
        let flow = block.replace("  - ", " , ").replacen(" , ", " [", 1) + " ]";
        let all: Vec<usize> = (0..2_000).collect();
        for (text, last) in [(block, 2_001), (flow, 1)] {
            let began = std::time::Instant::now();
            let lines = entries(&text, "/actions", 2_000, &all);
            assert_eq!((lines[0], lines[1_999]), (2, last));
            assert!(began.elapsed().as_secs() < 60);
        }
    }
}
