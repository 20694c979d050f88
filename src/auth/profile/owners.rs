//! Whose credentials are read, and whose host gets them.

use super::{
    tests::{changed, found_in},
    *,
};

#[test]
fn credentials_without_a_base_url_are_for_the_default_host() {
    let write = |folder: &Path| {
        fs::write(folder.join("credentials.toml"), "[default]\njwt = 't'\n").unwrap();
    };
    let bound = found_in(write).unwrap().bound.unwrap();
    let fits = |url: &str| bound.check(&Url::parse(url).unwrap()).is_ok();
    assert!(fits(BASE_URL) && !fits("https://api.example"));
}

#[test]
fn files_and_folders_of_another_user_are_refused() {
    use std::os::unix::fs::chown;

    let given = |name: &'static str| {
        let mut is_given = true;
        let found = changed(|folder| {
            is_given = chown(folder.join(name), Some(54321), None).is_ok();
        });
        // Only root can give a file away.
        is_given.then_some(found)
    };
    let refused = |name| given(name).is_none_or(|found| found.is_err());
    assert!(refused("credentials.toml") && refused("."));
    // What belongs to root is trusted in every home.
    assert!(given("../..").is_none_or(|found| found.is_ok()));
}
