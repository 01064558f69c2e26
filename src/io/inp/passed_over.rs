//! Keywords that change nothing in a linear model, in capitals and without blanks.

/// They only ask for output, or steer how it is computed.
const OUTPUT: [&str; 43] = [
    "CONTACTFILE",
    "CONTACTOUTPUT",
    "CONTACTPRINT",
    "CONTROLS",
    "DIAGNOSTICS",
    "ELEMENTMATRIXOUTPUT",
    "ELEMENTOUTPUT",
    "ELFILE",
    "ELPRINT",
    "ENERGYFILE",
    "ENERGYOUTPUT",
    "ENERGYPRINT",
    "FACEPRINT",
    "FILEFORMAT",
    "FILEOUTPUT",
    "FILTER",
    "INCREMENTATIONOUTPUT",
    "INTEGRATEDOUTPUT",
    "INTEGRATEDOUTPUTSECTION",
    "MATRIXGENERATE",
    "MATRIXOUTPUT",
    "MODALDAMPING",
    "MODALFILE",
    "MODALOUTPUT",
    "MODALPRINT",
    "MONITOR",
    "NODEFILE",
    "NODEOUTPUT",
    "NODEPRINT",
    "OUTPUT",
    "PREPRINT",
    "PRINT",
    "RADIATIONFILE",
    "RADIATIONOUTPUT",
    "RADIATIONPRINT",
    "RESTART",
    "SECTIONFILE",
    "SECTIONPRINT",
    "SOLVERCONTROLS",
    "SURFACEOUTPUT",
    "TIMEPOINTS",
    "TRACEROUTPUT",
    "USEROUTPUTVARIABLES",
];

/// Definitions that do nothing unless something refers to them (what refers to them is refused), and properties
/// without a part in stiffness, mass and mechanical loads.
const DEFINITIONS: [&str; 16] = [
    "AMPLITUDE",
    "CONDUCTIVITY",
    "DAMPING",
    "ELECTRICALCONDUCTIVITY",
    "EXPANSION",
    "FRICTION",
    "GAPCONDUCTANCE",
    "LATENTHEAT",
    "ORIENTATION",
    "PHYSICALCONSTANTS",
    "SECTIONCONTROLS",
    "SPECIFICGASCONSTANT",
    "SPECIFICHEAT",
    "SURFACE",
    "SURFACEBEHAVIOR",
    "SURFACEINTERACTION",
];

/// Whether a keyword and its data lines mean nothing for the model.
pub(super) fn is_passed_over(keyword: &str) -> bool {
    OUTPUT.binary_search(&keyword).is_ok() || DEFINITIONS.binary_search(&keyword).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(OUTPUT.is_sorted() && DEFINITIONS.is_sorted());
    }
}
