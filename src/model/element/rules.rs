//! Quadrature rules, as far as the elements need them.
//!
//! Tetrahedra have the natural coordinates r, s, t >= 0, r + s + t <= 1 (volume 1/6), hexahedra -1 .. 1 (volume 8),
//! triangles r, s >= 0, r + s <= 1 (area 1/2), quadrilaterals -1 .. 1 (area 4). Every rule is exact for polynomials
//! of the degree in its name; for hexahedra and quadrilaterals that is the degree in each coordinate.

/// Points and weights in `D` natural coordinates.
pub(super) struct Rule<const D: usize, const P: usize> {
    pub points: [[f64; D]; P],
    pub weights: [f64; P],
}

/// 1 / sqrt(3), the abscissa of Gauss' rule of two points.
pub(super) const GAUSS_2: f64 = 0.577_350_269_189_625_8;
/// sqrt(3 / 5), the outer abscissa of Gauss' rule of three points.
const GAUSS_3: f64 = 0.774_596_669_241_483_4;
/// (5 - sqrt 5) / 20: the points of the tetrahedron's rule of four have this barycentric coordinate three times,
pub(super) const TETRAHEDRON_A: f64 = 0.138_196_601_125_010_5;
/// and this once: 1 - 3 a.
pub(super) const TETRAHEDRON_B: f64 = 0.585_410_196_624_968_5;

/// One point; degree 1.
pub(super) const TETRAHEDRON_1: Rule<3, 1> = Rule { points: [[0.25; 3]], weights: [1.0 / 6.0] };

/// Four points; degree 2.
pub(super) const TETRAHEDRON_2: Rule<3, 4> =
    Rule { points: star(TETRAHEDRON_A, TETRAHEDRON_B), weights: [1.0 / 24.0; 4] };

/// Fifteen points; degree 5 (P. Keast, Comput. Methods Appl. Mech. Engrg. 55, 1986, doi:10.1016/0045-7825(86)90059-9).
pub(super) const TETRAHEDRON_5: Rule<3, 15> = {
    // (7 - q) / 34, (7 + q) / 34 and (10 - 2 q) / 40 with q = sqrt(15), each with what completes the sum to 1.
    let inner = star(0.091_971_078_052_723_03, 0.724_086_765_841_830_9);
    let outer = star(0.319_793_627_829_629_9, 0.040_619_116_511_110_275);
    let (c, d) = (0.056_350_832_689_629_16, 0.443_649_167_310_370_84);
    // (2665 + 14 q) / 226800, (2665 - 14 q) / 226800, 10 / 1134
    let (i, o, e) = (0.011_989_513_963_169_77, 0.011_511_367_871_045_398, 5.0 / 567.0);
    Rule {
        points: [
            [0.25; 3],
            inner[0],
            inner[1],
            inner[2],
            inner[3],
            outer[0],
            outer[1],
            outer[2],
            outer[3],
            [c, c, d],
            [d, c, c],
            [d, d, c],
            [c, d, d],
            [c, d, c],
            [d, c, d],
        ],
        weights: [8.0 / 405.0, i, i, i, i, o, o, o, o, e, e, e, e, e, e],
    }
};

/// (a, a, a), (b, a, a), (a, b, a), (a, a, b).
const fn star(a: f64, b: f64) -> [[f64; 3]; 4] {
    [[a, a, a], [b, a, a], [a, b, a], [a, a, b]]
}

/// 2 x 2 x 2 points, x fastest, then y, then z; degree 3.
pub(super) const HEXAHEDRON_3: Rule<3, 8> = gauss_cube(&[-GAUSS_2, GAUSS_2], &[1.0, 1.0]);

/// 3 x 3 x 3 points, x fastest, then y, then z; degree 5.
pub(super) const HEXAHEDRON_5: Rule<3, 27> =
    gauss_cube(&[-GAUSS_3, 0.0, GAUSS_3], &[5.0 / 9.0, 8.0 / 9.0, 5.0 / 9.0]);

const fn gauss_cube<const Q: usize, const P: usize>(points: &[f64; Q], weights: &[f64; Q]) -> Rule<3, P> {
    let mut rule = Rule { points: [[0.0; 3]; P], weights: [0.0; P] };
    let mut p = 0;
    while p < P {
        let (x, y, z) = (p % Q, p / Q % Q, p / (Q * Q));
        rule.points[p] = [points[x], points[y], points[z]];
        rule.weights[p] = weights[x] * weights[y] * weights[z];
        p += 1;
    }
    rule
}

/// Three points; degree 2.
pub(super) const TRIANGLE_2: Rule<2, 3> = {
    let (a, b) = (1.0 / 6.0, 2.0 / 3.0);
    Rule { points: [[a, a], [b, a], [a, b]], weights: [a, a, a] }
};

/// 2 x 2 points, x fastest; degree 3.
pub(super) const QUADRILATERAL_3: Rule<2, 4> = {
    let g = GAUSS_2;
    Rule { points: [[-g, -g], [g, -g], [-g, g], [g, g]], weights: [1.0; 4] }
};

/// 3 x 3 points, x fastest; degree 5.
pub(super) const QUADRILATERAL_5: Rule<2, 9> = {
    let mut rule = Rule { points: [[0.0; 2]; 9], weights: [0.0; 9] };
    let mut p = 0;
    while p < 9 {
        // The middle layer of the cube, whose weights carry 8/9 too much.
        let [x, y, _] = HEXAHEDRON_5.points[9 + p];
        rule.points[p] = [x, y];
        rule.weights[p] = HEXAHEDRON_5.weights[9 + p] / (8.0 / 9.0);
        p += 1;
    }
    rule
};

#[cfg(test)]
mod tests {
    use super::*;

    fn factorial(n: i32) -> f64 {
        (1..=n).map(f64::from).product()
    }

    /// Integral of x^k over -1 .. 1.
    fn line(k: i32) -> f64 {
        if k % 2 == 0 { 2.0 / f64::from(k + 1) } else { 0.0 }
    }

    fn error<const D: usize, const P: usize>(rule: &Rule<D, P>, powers: [i32; D], exact: f64) -> f64 {
        let terms = rule.points.iter().zip(&rule.weights).map(|(point, weight)| {
            weight * point.iter().zip(powers).map(|(x, k)| x.powi(k)).product::<f64>()
        });
        (terms.sum::<f64>() - exact).abs()
    }

    fn tetrahedron<const P: usize>(rule: &Rule<3, P>, degree: i32) -> f64 {
        let mut worst = 0.0_f64;
        for (i, j, k) in powers(degree) {
            if i + j + k <= degree {
                // Integral of r^i s^j t^k over the simplex: i! j! k! / (i + j + k + 3)!
                let exact = factorial(i) * factorial(j) * factorial(k) / factorial(i + j + k + 3);
                worst = worst.max(error(rule, [i, j, k], exact));
            }
        }
        worst
    }

    fn hexahedron<const P: usize>(rule: &Rule<3, P>, degree: i32) -> f64 {
        powers(degree)
            .map(|(i, j, k)| error(rule, [i, j, k], line(i) * line(j) * line(k)))
            .fold(0.0, f64::max)
    }

    fn powers(degree: i32) -> impl Iterator<Item = (i32, i32, i32)> {
        (0..=degree).flat_map(move |i| (0..=degree).flat_map(move |j| (0..=degree).map(move |k| (i, j, k))))
    }

    #[test]
    fn tetrahedra_are_exact_up_to_their_degree_and_not_beyond() {
        assert!(tetrahedron(&TETRAHEDRON_1, 1) < 1e-16 && tetrahedron(&TETRAHEDRON_1, 2) > 1e-4);
        assert!(tetrahedron(&TETRAHEDRON_2, 2) < 1e-16 && tetrahedron(&TETRAHEDRON_2, 3) > 1e-5);
        assert!(tetrahedron(&TETRAHEDRON_5, 5) < 1e-16 && tetrahedron(&TETRAHEDRON_5, 6) > 1e-7);
    }

    #[test]
    fn hexahedra_are_exact_up_to_their_degree_and_not_beyond() {
        assert!(hexahedron(&HEXAHEDRON_3, 3) < 1e-14 && hexahedron(&HEXAHEDRON_3, 4) > 0.1);
        assert!(hexahedron(&HEXAHEDRON_5, 5) < 1e-14 && hexahedron(&HEXAHEDRON_5, 6) > 0.01);
    }

    #[test]
    fn points_of_hexahedra_run_along_x_first() {
        assert_eq!(HEXAHEDRON_3.points[1], [GAUSS_2, -GAUSS_2, -GAUSS_2]);
        assert_eq!(HEXAHEDRON_3.points[4], [-GAUSS_2, -GAUSS_2, GAUSS_2]);
        assert_eq!(HEXAHEDRON_5.points[3], [-GAUSS_3, 0.0, -GAUSS_3]);
    }

    #[test]
    fn faces_are_exact_up_to_their_degree_and_not_beyond() {
        for i in 0..=5 {
            for j in 0..=5 {
                let exact = line(i) * line(j);
                assert!(error(&QUADRILATERAL_5, [i, j], exact) < 1e-14, "x^{i} y^{j}");
                if i.max(j) <= 3 {
                    assert!(error(&QUADRILATERAL_3, [i, j], exact) < 1e-14, "x^{i} y^{j}");
                }
                if i + j <= 2 {
                    assert!(error(&TRIANGLE_2, [i, j], triangle(i, j)) < 1e-16, "r^{i} s^{j}");
                }
            }
        }
        assert!(error(&QUADRILATERAL_5, [6, 0], line(6) * line(0)) > 0.01);
        assert!(error(&QUADRILATERAL_3, [4, 0], line(4) * line(0)) > 0.1);
        assert!(error(&TRIANGLE_2, [2, 1], triangle(2, 1)) > 1e-4);
    }

    /// Integral of r^i s^j over the triangle: i! j! / (i + j + 2)!
    fn triangle(i: i32, j: i32) -> f64 {
        factorial(i) * factorial(j) / factorial(i + j + 2)
    }
}
