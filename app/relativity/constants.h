/*
 * Constants of physics and astronomy, in SI.
 *
 * c, h-bar and k: CODATA 2018 (exact); G, the proton's mass and Thomson's
 * cross-section: CODATA 2018; the Sun's GM and the astronomical unit: IAU
 * 2015 B3 and 2012 B2.  Masses are turned into lengths and times by the Sun's
 * GM, which is known to nine digits; G, which is known to five, serves for
 * kilograms only.
 */
#ifndef RELATIVITY_CONSTANTS_H
#define RELATIVITY_CONSTANTS_H

#define PI 3.14159265358979323846
#define LIGHT_M_S 299792458.0
#define NEWTON_G 6.67430e-11 /* m^3 kg^-1 s^-2 */
#define HBAR_J_S 1.054571817646156e-34
#define BOLTZMANN_J_K 1.380649e-23
#define STEFAN_BOLTZMANN 5.670374419184429e-8 /* W m^-2 K^-4 */
#define PROTON_KG 1.67262192369e-27
#define THOMSON_M2 6.6524587321e-29
#define SUN_GM 1.3271244e20 /* m^3 s^-2 */
#define SUN_KG (SUN_GM / NEWTON_G)
#define SUN_RG_M (SUN_GM / (LIGHT_M_S * LIGHT_M_S))             /* GM/c^2 */
#define SUN_TG_S (SUN_GM / (LIGHT_M_S * LIGHT_M_S * LIGHT_M_S)) /* GM/c^3 */
#define SUN_RADIUS_M 6.957e8
#define AU_M 149597870700.0
#define PARSEC_M (AU_M * 648000.0 / PI)
#define YEAR_S 31557600.0 /* Julian */
#define DAY_S 86400.0
#define UAS_PER_RAD (648000.0e6 / PI)
#define RAD_PER_DEG (PI / 180.0)

#endif
