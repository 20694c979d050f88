//! The `autopi` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    autopi_cli::main()
}
