//! Numbers as people read them.

/// 1234567 as 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 step`, `2 steps`.
pub fn counted(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {what}{ending}", grouped(number as u64))
}

/// Bytes in a unit that reads well.
pub fn megabytes(bytes: u64) -> String {
    match bytes as f64 / 1e6 {
        mb if mb >= 1000.0 => format!("{:.2} GB", mb / 1000.0),
        mb if mb >= 1.0 => format!("{mb:.0} MB"),
        mb => format!("{:.0} kB", 1000.0 * mb),
    }
}

/// Six digits, as decimals where these are read at a glance.
pub fn six_digits(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".into()
    } else if (1e-3..1e6).contains(&magnitude) {
        let before_point = magnitude.log10().floor() as i32 + 1;
        format!("{value:.*}", (6 - before_point).max(0) as usize)
    } else {
        format!("{value:.5e}")
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, six_digits};

    #[test]
    fn one_is_no_plural() {
        assert_eq!([0, 1, 1200].map(|steps| counted(steps, "step")), ["0 steps", "1 step", "1,200 steps"]);
    }

    #[test]
    fn numbers_have_six_digits() {
        let texts = [0.0, 77.84461, -0.07994336, 999.99949, 123456.7, 1e6, -2.5e-12, 0.001];
        let texts = texts.map(six_digits);
        let expected =
            ["0", "77.8446", "-0.0799434", "999.999", "123457", "1.00000e6", "-2.50000e-12", "0.00100000"];
        assert_eq!(texts, expected);
    }
}
