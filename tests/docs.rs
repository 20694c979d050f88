//! The pages of the repository name tests, files and links that exist.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Returns the files below a folder that end with `extension`, without those that are built.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut todo = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(path) = todo.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            let entries = fs::read_dir(&path).unwrap();
            todo.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

fn identifiers(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .collect()
}

/// Returns whether a code span is the name of a test: four words or more.
fn is_test(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    span.chars().all(plain) && span.split('_').filter(|word| !word.is_empty()).count() > 3
}

/// Returns the path of a code span that begins with a folder of the repository.
fn path(span: &str) -> Option<PathBuf> {
    let plain = |c: char| c.is_alphanumeric() || "._-/".contains(c);
    let (top, _) = span.split_once('/').filter(|_| span.chars().all(plain))?;
    let is_ours = top != "target" && !top.starts_with("..") && Path::new(ROOT).join(top).is_dir();
    (is_ours && !top.is_empty()).then(|| Path::new(ROOT).join(span))
}

/// Returns whether a link of a page leads to a file, and its fragment to a heading of that file.
/// Links to other sites are not checked.
fn leads_somewhere(page: &Path, link: &str) -> bool {
    let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
    // The README is shown on docs.rs and crates.io, so its links are whole.
    let ours = file.strip_prefix("https://github.com/autopi-rs/autopi/");
    let ours = ours.and_then(|rest| rest.split_once("/main/"));
    let target = match (file, ours) {
        ("", _) => page.to_owned(),
        (_, Some((_, file))) => Path::new(ROOT).join(file),
        (file, None) => page.parent().unwrap().join(file),
    };
    let text = || fs::read_to_string(&target).unwrap_or_default();
    let is_heading = || {
        text()
            .lines()
            .any(|l| l.starts_with('#') && slug(l) == fragment)
    };
    ours.is_none() && file.contains(':') || target.exists() && (fragment.is_empty() || is_heading())
}

/// Returns the fragment that GitHub gives a heading.
fn slug(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Returns the texts in quotes on the line of the manifest that begins with this key.
fn listed<'m>(manifest: &'m str, key: &str) -> Vec<&'m str> {
    let line = |line: &&str| line.split_once(" = ").is_some_and(|(name, _)| name == key);
    let line = manifest.lines().find(line).expect(key);
    line.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_readme_has_the_numbers_of_the_document_and_every_area() {
    let read = |file: &str| fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
    let (readme, manifest) = (read("README.md"), read("Cargo.toml"));
    // Two screens of 1,080 pixels, as GitHub shows it 1,012 pixels wide.
    let shown = readme.lines().take_while(|line| !line.contains("]: "));
    assert!(shown.count() <= 100, "README.md is longer than two screens");
    let readme = readme.replace('\n', " ");
    let document: serde_json::Value = serde_json::from_str(&read("spec/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let members = paths.values().flat_map(|path| path.as_object().unwrap());
    let operations = members.filter(|(_, member)| member.get("responses").is_some());
    let count = format!(
        "all {} operations on {} paths",
        operations.count(),
        paths.len()
    );
    let msrv = format!("MSRV: Rust {}.", listed(&manifest, "rust-version")[0]);
    let defaults = listed(&manifest, "default");
    for said in [count, msrv] {
        assert!(readme.contains(&said), "README.md does not say {said:?}");
    }
    let areas = readme.split_once("On by default: ").unwrap().1;
    let (on, off) = areas.split_once("The others: ").unwrap();
    for area in listed(&manifest, "full") {
        let (name, is_default) = (format!("`{area}` ("), defaults.contains(&area));
        let is_right = on.contains(&name) == is_default && off.contains(&name) != is_default;
        assert!(is_right, "README.md does not say what {area} is for");
    }
    // What a call of ours takes of the processor, as many of the bare client's.
    let figures = read("docs/performance.md");
    let cells = |line| str::split(line, '|').map(str::trim).collect::<Vec<_>>();
    let row = |name: &str| {
        let found = figures.lines().map(cells);
        found
            .into_iter()
            .find(|cells| cells.get(1).is_some_and(|cell| cell.starts_with(name)))
    };
    let calls = figures.lines().filter_map(|line| {
        let cells = cells(line);
        let what = cells.get(1)?;
        let is_call = what.starts_with("(a)") && !what.contains("by its path")
            || what.starts_with("(d)") && what.contains("throughput");
        is_call.then(|| cells[5].to_owned())
    });
    let percents: Vec<i64> = calls
        .flat_map(|cell| cell.split(" – ").map(str::to_owned).collect::<Vec<_>>())
        .map(|ratio| (ratio.parse::<f64>().unwrap() * 100.0).round() as i64 - 100)
        .collect();
    let full = row("full (aim").unwrap();
    let one_area = row("autopi, one area").unwrap();
    let numbers = |cells: &[&str]| -> Vec<f64> {
        let each = cells.iter().flat_map(|cell| cell.split(", "));
        each.map(|number| number.parse().unwrap()).collect()
    };
    let percent = |ratio: f64| (ratio * 100.0).round();
    let (ratios, release) = (numbers(&full[2..5]), numbers(&one_area[6..7]));
    let least = ratios.iter().copied().fold(f64::MAX, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    for said in [
        format!(
            "a call costs {} to {} % more than by hand",
            percents.iter().min().unwrap(),
            percents.iter().max().unwrap()
        ),
        format!(
            "`full` compiles in {} to {} % of plain progenitor's",
            percent(least),
            percent(most)
        ),
        format!("({:.1} times the release build", release[0]),
    ] {
        assert!(readme.contains(&said), "README.md does not say {said:?}");
    }
    assert!(readme.contains("over 3,100 [recorded] responses"));
    assert!(read("sandbox/tests/drf/responses.jsonl").lines().count() > 3_100);
}

#[test]
fn each_published_crate_says_where_everything_is() {
    for folder in ["", "codegen", "sandbox", "cli"] {
        let manifest = Path::new(ROOT).join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        for key in
            "description keywords categories documentation homepage readme repository".split(' ')
        {
            let is_set = |line: &str| {
                line.strip_prefix(key)
                    .is_some_and(|rest| rest.starts_with([' ', '.']))
            };
            assert!(manifest.lines().any(is_set), "{folder}/Cargo.toml: {key}");
        }
    }
}

#[test]
fn each_test_file_and_link_that_a_page_names_exists() {
    let root = Path::new(ROOT);
    let texts = files(root, "rs").into_iter().map(|path| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text)
    });
    let texts: Vec<_> = texts.collect();
    let sources = texts.iter().map(|(path, text)| (path, identifiers(text)));
    let sources: BTreeMap<_, _> = sources.collect();
    let (mut checked, mut missing) = (0, Vec::new());
    for page in files(root, "md") {
        let text = fs::read_to_string(&page).unwrap();
        for (n, line) in text.lines().enumerate() {
            let mut miss =
                |what: &str| missing.push(format!("{}:{}: {what}", page.display(), n + 1));
            // Every other part is a code span; `tests` are those of a list that a file may follow.
            let (mut tests, mut before) = (Vec::new(), "");
            for (i, span) in line.split('`').enumerate() {
                if i % 2 == 0 {
                    before = span;
                    let links = span.split("](").skip(1);
                    let links = links.map(|link| link.split(')').next().unwrap_or_default());
                    // The end of a line `[name]: link`.
                    let named = span
                        .strip_prefix('[')
                        .and_then(|rest| rest.split_once("]: "))
                        .filter(|(name, _)| !name.contains('['));
                    let images = span.split("src=\"").skip(1);
                    let images = images.filter_map(|image| Some(image.split_once('"')?.0));
                    for link in links.chain(named.map(|(_, link)| link)).chain(images) {
                        checked += 1;
                        if !leads_somewhere(&page, link) {
                            miss(link);
                        }
                    }
                    continue;
                }
                if !matches!(before, ", " | " and " | " in ") {
                    tests.clear();
                }
                if is_test(span) {
                    checked += 1;
                    tests.push(span);
                    if !sources.values().any(|known| known.contains(span)) {
                        miss(span);
                    }
                } else if let Some(path) = path(span) {
                    checked += 1;
                    if !path.exists() {
                        miss(span);
                    }
                    for test in tests.drain(..).filter(|_| before == " in ") {
                        let mut there = sources.iter().filter(|(file, _)| file.starts_with(&path));
                        if !there.any(|(_, known)| known.contains(test)) {
                            miss(&format!("{test} in {span}"));
                        }
                    }
                }
            }
        }
    }
    assert!(checked > 300, "{checked}");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
