//! The SPEC of `--masters`: `@FILE`, a list of equations or node.component, or `auto:N`.

use std::path::Path;

use modalsweep::io::DofLabel;
use modalsweep::matrix::DofNames;

use super::failure::Failure;

/// Masters as the user gave them.
#[derive(Debug, Clone, PartialEq)]
pub enum MasterSpec {
    Auto(usize),
    List(Vec<usize>),
}

const HELP: &str =
    "SPEC is @FILE, a list such as 1,2,7-12 (equations) or 12.1,12.2 (node.component), or auto:N";

/// Reads a SPEC; names are looked up in `names`.
pub fn parse(spec: &str, names: &DofNames) -> Result<MasterSpec, Failure> {
    if let Some(count) = spec.strip_prefix("auto:") {
        let count = count.trim().parse();
        return count
            .map(MasterSpec::Auto)
            .map_err(|_| Failure::new(format!("--masters {spec}: auto:N needs a number")).with_help(HELP));
    }
    let mut list = Vec::new();
    match spec.strip_prefix('@') {
        Some(path) => read_list(Path::new(path), names, &mut list)?,
        None => {
            for token in tokens(spec) {
                let wrong = |why| Failure::new(format!("--masters: {why}")).with_help(HELP);
                add(token, names, &mut list).map_err(wrong)?;
            }
        }
    }
    match list.is_empty() {
        true => Err(Failure::new(format!("--masters: no masters in `{spec}`")).with_help(HELP)),
        false => Ok(MasterSpec::List(list)),
    }
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|token| !token.is_empty())
}

fn read_list(path: &Path, names: &DofNames, list: &mut Vec<usize>) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("{}: cannot read: {error}", path.display()))
            .with_help("--masters @FILE wants a text file with one equation or node.component a line")
    })?;
    for (number, line) in text.lines().enumerate() {
        for token in tokens(line.split('#').next().unwrap_or_default()) {
            let wrong =
                |why| Failure::new(format!("{}:{}: {why}", path.display(), number + 1)).with_help(HELP);
            add(token, names, list).map_err(wrong)?;
        }
    }
    Ok(())
}

/// Adds what one token stands for: `7`, `7-12` or `12.1`.
fn add(token: &str, names: &DofNames, list: &mut Vec<usize>) -> Result<(), String> {
    let size = names.size();
    if let Some((node, component)) = token.split_once('.') {
        let parts = (node.parse().ok()).zip(component.parse().ok().filter(|_| !component.starts_with('+')));
        let Some((node, component)) = parts else {
            return Err(format!("`{token}` is no node.component"));
        };
        if names.labels().is_none() {
            return Err(format!("`{token}`: no DOF map is known, name masters by equation or give --dofs"));
        }
        list.push(names.find(DofLabel { node, component }).map_err(|error| error.to_string())?);
        return Ok(());
    }
    let equation = |text: &str| match text.parse::<usize>() {
        Ok(number) if (1..=size).contains(&number) => Ok(number - 1),
        Ok(number) => Err(format!("equation {number} is out of range 1 to {size}")),
        Err(_) => Err(format!("`{token}` is no equation number")),
    };
    match token.split_once('-') {
        Some((first, last)) if !first.is_empty() => {
            let (first, last) = (equation(first)?, equation(last)?);
            if first > last {
                return Err(format!("the range {token} is empty"));
            }
            list.extend(first..=last);
        }
        _ => list.push(equation(token)?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled() -> DofNames {
        let label = |node, component| DofLabel { node, component };
        DofNames::labelled(vec![label(12, 1), label(12, 10), label(-3, 2), label(7, 1), label(7, 1)])
    }

    #[test]
    fn lists_ranges_and_names() {
        let names = labelled();
        assert_eq!(parse("1, 3-5", &names).unwrap(), MasterSpec::List(vec![0, 2, 3, 4]));
        assert_eq!(parse("12.10,12.1 -3.2", &names).unwrap(), MasterSpec::List(vec![1, 0, 2]));
        assert_eq!(parse("auto:60", &names).unwrap(), MasterSpec::Auto(60));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let names = labelled();
        let message = |spec: &str| parse(spec, &names).unwrap_err().message().to_string();
        assert_eq!(message("6"), "--masters: equation 6 is out of range 1 to 5");
        assert_eq!(message("0"), "--masters: equation 0 is out of range 1 to 5");
        assert_eq!(message("3-1"), "--masters: the range 3-1 is empty");
        assert_eq!(message("9.1"), "--masters: no equation is called 9.1");
        assert_eq!(message("7.1"), "--masters: 2 equations are called 7.1");
        assert_eq!(message(" ,"), "--masters: no masters in ` ,`");
        assert_eq!(message("x"), "--masters: `x` is no equation number");
        assert_eq!(message("auto:x"), "--masters auto:x: auto:N needs a number");
        let numbered = DofNames::equations(3);
        assert!(parse("1.1", &numbered).unwrap_err().message().contains("no DOF map is known"));
    }
}
