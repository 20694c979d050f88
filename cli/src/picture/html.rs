//! A self-contained page: no scripts, no addresses, and a content security policy that keeps it so.

use crate::export::xml::text;

/// Returns a page with the picture, and facts in a table below it.
pub fn page(title: &str, svg: &str, facts: &[(String, String)]) -> String {
    let rows = facts
        .iter()
        .map(|(name, value)| format!("<tr><th>{}</th><td>{}</td></tr>\n", text(name), text(value)));
    format!(
        "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>{title}</title>
<style>
body {{ margin: 0 auto; max-width: 960px; padding: 16px; background: #fff; color: #262a30; font: \
         14px/1.5 ui-sans-serif, system-ui, Helvetica, Arial, sans-serif; }}
svg {{ width: 100%; height: auto; }}
table {{ border-collapse: collapse; margin: 8px 8.75%; }}
th {{ text-align: left; font-weight: 600; padding: 2px 24px 2px 0; vertical-align: top; }}
td {{ overflow-wrap: anywhere; }}
</style>
</head>
<body>
{svg}<table>
{rows}</table>
</body>
</html>
",
        title = text(title),
        rows = rows.collect::<String>()
    )
}
