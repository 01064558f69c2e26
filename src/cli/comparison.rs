//! The table of `--compare`: reduced modes beside those of the full model.

use std::fmt::{self, Write};

use modalsweep::condense::{ComparedMode, Comparison};

/// One line a mode of the full model.
pub fn write_comparison(page: &mut String, comparison: &Comparison) -> fmt::Result {
    writeln!(page, "\n mode      full Hz   as mode   reduced Hz    error, %      MAC")?;
    comparison.modes.iter().try_for_each(|mode| write_mode(page, mode))?;
    if comparison.modes.iter().filter_map(|mode| mode.reduced.as_ref()).any(|reduced| reduced.in_close_group)
    {
        writeln!(page, "      * a group of close modes, compared as a subspace")?;
    }
    Ok(())
}

fn write_mode(page: &mut String, mode: &ComparedMode) -> fmt::Result {
    write!(page, "{:5} {:12.4}", mode.mode, mode.full_hz)?;
    let Some(reduced) = &mode.reduced else {
        return writeln!(page, "         -   lost by the reduction");
    };
    // No minus before what rounds to zero.
    let error = |percent: f64| format!("{:.3}", if percent.abs() < 5e-4 { 0.0 } else { percent });
    let error = reduced.error_percent.map_or("-".to_string(), error);
    let group = if reduced.in_close_group { " *" } else { "" };
    writeln!(page, "{:10} {:12.4} {error:>11} {:8.4}{group}", reduced.mode, reduced.hz, reduced.mac)
}
