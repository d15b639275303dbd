/* Headers of real catalogues, and what becomes of their columns. */
#include "sky/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "fake_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WISHES_MAX = 4 };

struct header_case {
	const char *header;
	const char *map[WISHES_MAX]; /* --map */
	const char *frame;           /* --map-frame */
	const char *fact;            /* the table's own frame */
	/* What mapping_describe() says, or what mapping_new() refuses. */
	const char *says, *refuses;
};

static const struct header_case headers[] = {
	/* Ours. */
	{.header = "name,type,ra_deg,dec_deg,magnitude_v,aliases",
	 .says = "name -> name\ntype -> type\nra_deg -> ra_deg\n"
		 "dec_deg -> dec_deg\nmagnitude_v -> magnitude_v\n"
		 "aliases -> aliases\n"},
	{.header = "NAME,RA_deg,Dec_DEG",
	 .says = "NAME -> name\nRA_deg -> ra_deg\nDec_DEG -> dec_deg\n"},
	{.header = "name,type,ra,dec",
	 .says = "name -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "kept as they are: type\n"},
	/* Gaia's archive. */
	{.header = "solution_id||meta.version|i,designation||meta.id;meta.main|"
		   "t,source_id||meta.id|i,ra|deg|pos.eq.ra;meta.main|r,"
		   "ra_error|mas|stat.error;pos.eq.ra|s,"
		   "dec|deg|pos.eq.dec;meta.main|r,"
		   "parallax|mas|pos.parallax|r,"
		   "pm|mas.yr**-1|pos.pm|s,"
		   "pmra|mas.yr**-1|pos.pm;pos.eq.ra|r,"
		   "pmdec|mas.yr**-1|pos.pm;pos.eq.dec|r,"
		   "ra_dec_corr||stat.correlation;pos.eq.ra;pos.eq.dec|s,"
		   "phot_g_mean_mag|mag|phot.mag;em.opt|s,"
		   "radial_velocity|km.s**-1|spect.dopplerVeloc.opt;em.opt.I|s,"
		   "l|deg|pos.galactic.lon|r,b|deg|pos.galactic.lat|r",
	 .says = "designation -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "parallax -> parallax_mas\npmra -> pm_ra_mas_yr\n"
		 "pmdec -> pm_dec_mas_yr\n"
		 "radial_velocity -> radial_velocity_km_s\n"
		 "kept as they are: solution_id, source_id, ra_error, pm, "
		 "ra_dec_corr, phot_g_mean_mag, l, b\n"},
	{.header = "source_id,ra,dec,l,b",
	 .says = "source_id -> name (with \"Gaia \" before numbers)\n"
		 "ra -> ra_deg\ndec -> dec_deg\nkept as they are: l, b\n"},
	/* VizieR: Hipparcos, as a VOTable and as text. */
	{.header = "HIP||meta.id;meta.main|i,Vmag|mag|phot.mag;em.opt.V|s,"
		   "RAhms|\"h:m:s\"|pos.eq.ra|t,"
		   "RAICRS|deg|pos.eq.ra;meta.main|r,"
		   "DEICRS|deg|pos.eq.dec;meta.main|r,"
		   "Plx|mas|pos.parallax.trig|s,"
		   "pmRA|mas/yr|pos.pm;pos.eq.ra|s,"
		   "pmDE|mas/yr|pos.pm;pos.eq.dec|s,"
		   "BTmag|mag|phot.mag;em.opt.B;stat.mean|s,"
		   "SpType||src.spType|t",
	 .says = "HIP -> name (with \"HIP \" before numbers)\n"
		 "Vmag -> magnitude_v\nRAICRS -> ra_deg\nDEICRS -> dec_deg\n"
		 "Plx -> parallax_mas\npmRA -> pm_ra_mas_yr\n"
		 "pmDE -> pm_dec_mas_yr\nBTmag -> magnitude_b\n"
		 "kept as they are: RAhms, SpType\n"},
	{.header = "_RAJ2000,_DEJ2000,HIP,RAhms,DEdms,Vmag,B-V,pmRA,pmDE",
	 .says = "_RAJ2000 -> ra_deg\n_DEJ2000 -> dec_deg\n"
		 "HIP -> name (with \"HIP \" before numbers)\n"
		 "Vmag -> magnitude_v\npmRA -> pm_ra_mas_yr\n"
		 "pmDE -> pm_dec_mas_yr\n"
		 "kept as they are: RAhms, DEdms, B-V\n"},
	{.header = "HD,RAh|h,RAm|min,RAs|s,DE-,DEd|deg,DEm|arcmin,DEs|arcsec",
	 .says = "HD -> name (with \"HD \" before numbers)\nRAh -> ra_deg\n"
		 "RAm -> ra_deg\nRAs -> ra_deg\nDE- -> dec_deg\n"
		 "DEd -> dec_deg\nDEm -> dec_deg\nDEs -> dec_deg\n"},
	{.header = "name,RAh,DE",
	 .says = "name -> name\nRAh -> ra_deg (from h)\nDE -> dec_deg\n"},
	{.header = "ID||ID_MAIN|t,RA|deg|POS_EQ_RA_MAIN|r,DE|deg|"
		   "POS_EQ_DEC_MAIN|r,m|mag|PHOT_MAG_V|s,d|arcsec|"
		   "EXTENSION_DIAM|s,e|deg|ERROR|s",
	 .says = "ID -> name\nRA -> ra_deg\nDE -> dec_deg\n"
		 "m -> magnitude_v\nd -> major_axis_arcmin (from arcsec)\n"
		 "kept as they are: e\n"},
	/* SIMBAD. */
	{.header = "MAIN_ID||meta.id;meta.main|t,RA|\"h:m:s\"|pos.eq.ra|t,"
		   "DEC|\"d:m:s\"|pos.eq.dec|t,RA_PREC||meta.code|i,"
		   "OTYPE||src.class|t,FLUX_V|mag|phot.mag;em.opt.V|s,"
		   "SP_TYPE||src.spType|t,Z_VALUE||src.redshift|r,"
		   "GALDIM_MAJAXIS|arcmin|phys.angSize.smajAxis|s",
	 .says = "MAIN_ID -> name\nRA -> ra_deg (from \"h:m:s\")\n"
		 "DEC -> dec_deg\nFLUX_V -> magnitude_v\n"
		 "Z_VALUE -> redshift\nGALDIM_MAJAXIS -> major_axis_arcmin\n"
		 "kept as they are: RA_PREC, OTYPE, SP_TYPE\n"},
	{.header = "main_id,ra,dec,otype,plx_value,rvz_radvel,V,B",
	 .says = "main_id -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "plx_value -> parallax_mas\n"
		 "rvz_radvel -> radial_velocity_km_s\nV -> magnitude_v\n"
		 "B -> magnitude_b\nkept as they are: otype\n"},
	/* SDSS. */
	{.header = "objid,ra,dec,u,g,r,i,z,run,field,class,redshift",
	 .says = "objid -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "redshift -> redshift\n"
		 "kept as they are: u, g, r, i, z, run, field, class\n"},
	{.header = "objid,ra,dec,u,g,r,i,z",
	 .says = "objid -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "kept as they are: u, g, r, i, z\n"},
	{.header = "id,ra,dec,x,y,z,mag",
	 .says = "id -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "mag -> magnitude_v\nkept as they are: x, y, z\n"},
	{.header = "id,ra,dec,z",
	 .says = "id -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "z -> redshift\n"},
	/* OpenNGC. */
	{.header = "Name,Type,RA,Dec,Const,MajAx,MinAx,PosAng,B-Mag,V-Mag,"
		   "J-Mag,H-Mag,K-Mag,SurfBr,Hubble,Pax,Pm-RA,Pm-Dec,RadVel,"
		   "Redshift,Cstar U-Mag,Cstar B-Mag,M,NGC,IC,Identifiers,"
		   "Common names,NED notes",
	 .says = "Name -> name\nRA -> ra_deg\nDec -> dec_deg\n"
		 "Const -> constellation\nMajAx -> major_axis_arcmin\n"
		 "MinAx -> minor_axis_arcmin\nPosAng -> position_angle_deg\n"
		 "B-Mag -> magnitude_b\nV-Mag -> magnitude_v\n"
		 "J-Mag -> magnitude_j\nH-Mag -> magnitude_h\n"
		 "K-Mag -> magnitude_k\n"
		 "SurfBr -> surface_brightness_mag_arcsec2\n"
		 "Hubble -> hubble_type\nPm-RA -> pm_ra_mas_yr\n"
		 "Pm-Dec -> pm_dec_mas_yr\nRadVel -> radial_velocity_km_s\n"
		 "Redshift -> redshift\nIdentifiers -> identifiers\n"
		 "Common names -> aliases\nkept as they are: Type, Pax, "
		 "Cstar U-Mag, Cstar B-Mag, M, NGC, IC, NED notes\n"},
	/* NED. */
	{.header = "No.,Object Name,RA(deg),DEC(deg),Type,Velocity,Redshift,"
		   "Redshift Flag,Magnitude and Filter,Separation,References",
	 .says = "Object Name -> name\nRA(deg) -> ra_deg\nDEC(deg) -> dec_deg\n"
		 "Velocity -> radial_velocity_km_s\nRedshift -> redshift\n"
		 "kept as they are: No., Type, Redshift Flag, "
		 "Magnitude and Filter, Separation, References\n"},
	/* SExtractor, and columns that say their units. */
	{.header = "NUMBER,ALPHA_J2000,DELTA_J2000,A_IMAGE",
	 .says = "no names -> name (made, as in \"survey 1\")\n"
		 "ALPHA_J2000 -> ra_deg\nDELTA_J2000 -> dec_deg\n"
		 "kept as they are: NUMBER, A_IMAGE\n"},
	{.header = "object,RA (hours),Dec [deg],plx_arcsec,rv_m_s,diam_deg,"
		   "pmra_arcsec_yr,size,V_mag",
	 .says = "object -> name\nRA (hours) -> ra_deg (from hours)\n"
		 "Dec [deg] -> dec_deg\nplx_arcsec -> parallax_mas (from "
		 "arcsec)\nrv_m_s -> radial_velocity_km_s (from m/s)\n"
		 "diam_deg -> major_axis_arcmin (from deg)\n"
		 "pmra_arcsec_yr -> pm_ra_mas_yr (from arcsec/yr)\n"
		 "V_mag -> magnitude_v\nkept as they are: size\n"},
	{.header = "name,ra,dec,Vmag|Jy,plx|km,redshift|km/s,maj|arcsec,"
		   "pmRA|s/yr",
	 .says = "name -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "maj -> major_axis_arcmin (from arcsec)\n"
		 "kept as they are: Vmag, plx, redshift, pmRA\n"},
	{.header = "name,ra,dec,a|arcmin|phys.angSize.smajAxis|s|Semi-major "
		   "axis",
	 .says = "name -> name\nra -> ra_deg\ndec -> dec_deg\n"
		 "a -> major_axis_arcmin (from arcmin)\n"},
	/* Galactic, B1950, and both angles in one. */
	{.header = "name,l,b,v",
	 .says = "name -> name\n"
		 "l -> ra_deg, dec_deg (from galactic coordinates)\n"
		 "b -> ra_deg, dec_deg (from galactic coordinates)\n"
		 "kept as they are: v\n"},
	{.header = "name,RAB1950,DEB1950",
	 .says = "name -> name\n"
		 "RAB1950 -> ra_deg, dec_deg (from FK4 (B1950))\n"
		 "DEB1950 -> ra_deg, dec_deg (from FK4 (B1950))\n"},
	{.header = "name,RAB1950,DEB1950,RAJ2000,DEJ2000",
	 .says = "name -> name\nRAJ2000 -> ra_deg\nDEJ2000 -> dec_deg\n"
		 "kept as they are: RAB1950, DEB1950\n"},
	{.header = "name,coordinates",
	 .says = "name -> name\ncoordinates -> ra_deg, dec_deg\n"},
	{.header = "name,ra,dec",
	 .fact = "FK4",
	 .says = "name -> name\nra -> ra_deg (from FK4 (B1950))\n"
		 "dec -> dec_deg (from FK4 (B1950))\n"},
	{.header = "name,RAJ2000,DEJ2000",
	 .fact = "FK4",
	 .says = "name -> name\nRAJ2000 -> ra_deg\nDEJ2000 -> dec_deg\n"},
	{.header = "name,ra,dec",
	 .fact = "galactic",
	 .says = "name -> name\nra -> ra_deg\ndec -> dec_deg\n"},
	{.header = "name,ra,dec",
	 .frame = "galactic",
	 .says = "name -> name\nra -> ra_deg (from galactic coordinates)\n"
		 "dec -> dec_deg (from galactic coordinates)\n"},
	/* Wishes. */
	{.header = "star,a,d,x=y,v",
	 .map = {"a=ra_hours", "D=dec_deg", "x=y=magnitude_b", "v=-"},
	 .says = "star -> name\na -> ra_deg (from h)\nd -> dec_deg\n"
		 "x=y -> magnitude_b\nleft out: v\n"},
	{.header = "name,ra,dec,vmag,mag",
	 .map = {"vmag=own", "name=own"},
	 .says = "no names -> name (made, as in \"survey 1\")\nra -> ra_deg\n"
		 "dec -> dec_deg\nmag -> magnitude_v\n"
		 "kept as they are: name, vmag\n"},
	{.header = "name,ra,dec,l,b",
	 .map = {"l=glon", "b=glat"},
	 .says = "name -> name\n"
		 "l -> ra_deg, dec_deg (from galactic coordinates)\n"
		 "b -> ra_deg, dec_deg (from galactic coordinates)\n"
		 "kept as they are: ra, dec\n"},
	{.header = "v,V,ra,dec",
	 .map = {"V=magnitude_v", "v=name"},
	 .says = "v -> name\nV -> magnitude_v\nra -> ra_deg\n"
		 "dec -> dec_deg\n"},
	{.header = "name,ra,dec,vmag",
	 .map = {"Vmga=magnitude_v"},
	 .refuses = "--map: the table has no column \"Vmga\"; did you mean "
		    "\"vmag\""},
	{.header = "name,ra,dec,vmag",
	 .map = {"vmag=magnitud_v"},
	 .refuses = "--map: there is no field \"magnitud_v\"; did you mean "
		    "\"magnitude_v\", \"magnitude_b\", \"magnitude_j\""},
	{.header = "name,ra,dec", .map = {"ra"}, .refuses = "COLUMN=FIELD"},
	{.header = "name,ra,dec", .map = {"ra="}, .refuses = "COLUMN=FIELD"},
	{.header = "name,ra,dec", .map = {"=ra"}, .refuses = "COLUMN=FIELD"},
	{.header = "name,ra,dec,x",
	 .map = {"ra=own", "x=ra_deg", "dec=ra_deg"},
	 .refuses = "--map: ra_deg is given twice"},
	{.header = "name,ra,dec",
	 .map = {"ra=ra_deg", "ra=own"},
	 .refuses = "--map: the column \"ra\" is given twice"},
	{.header = "name,ra,dec,f|Jy",
	 .map = {"f=magnitude_v"},
	 .refuses = "the column is in \"Jy\", which cannot be converted to "
		    "mag"},
	{.header = "name,ra,dec,f|||b",
	 .map = {"f=magnitude_v"},
	 .refuses = "--map f=magnitude_v: the column's values are of another "
		    "kind"},
	{.header = "name,ra,dec,x,y",
	 .map = {"x=glon"},
	 .refuses = "which column is the rest"},
	{.header = "name,ra,dec,l,b",
	 .map = {"l=glon", "b=glat", "ra=ra_deg"},
	 .refuses = "two positions"},
	{.header = "name,ra,dec",
	 .frame = "martian",
	 .refuses = "--map-frame: \"martian\" is no frame"},
	{.header = "name,alpha,beta",
	 .refuses = "no position is found among its columns name, alpha, "
		    "beta; say which they are with --map COLUMN=ra_deg --map "
		    "COLUMN=dec_deg"},
	{.header = "name,ra|||b,dec|||b", .refuses = "no position is found"},
	{.header = "name,ra|Jy,dec", .refuses = "no position is found"},
};

static void
check_header(size_t at, const struct header_case *c)
{
	struct fake_table fake;
	struct table *table = fake_table_init(&fake, c->header, "");
	struct mapping_wishes wishes = {
		.map = c->map, .frame = c->frame, .catalogue = "survey"};
	struct mapping *mapping;
	char why[MAPPING_WHY_MAX] = "";
	struct buf out;
	enum lc_rc rc;

	buf_init(&out);
	table->facts[TABLE_FRAME] = c->fact == NULL ? "" : c->fact;
	while (wishes.map_count < WISHES_MAX &&
	       c->map[wishes.map_count] != NULL)
		wishes.map_count++;
	rc = mapping_new(table, &wishes, &mapping, why, sizeof(why));
	if (c->refuses != NULL) {
		if (rc != LC_INVALID || strstr(why, c->refuses) == NULL)
			fail_msg("header %zu (%s): %d, \"%s\"", at, c->header,
				 rc, why);
	} else {
		if (rc != LC_OK)
			fail_msg("header %zu (%s): %s", at, c->header, why);
		mapping_describe(mapping, &out);
		buf_add_char(&out, '\0');
		if (out.failed || strcmp(out.bytes, c->says) != 0)
			fail_msg("header %zu (%s):\n%s", at, c->header,
				 out.bytes);
	}
	mapping_free(mapping);
	buf_release(&out);
}

static void
headers_are_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++)
		check_header(i, &headers[i]);
}

/* Who cannot say --map is not told to. */
static void
positions_are_asked_for_alone(void **state)
{
	static const struct {
		const char *header, *refuses;
		int name;
	} tables[] = {
		{"ra,dec", NULL, -1},
		{"ra,dec,id", NULL, 2},
		{"HIP,ra,dec,aliases,magnitude_v,x", NULL, 0},
		{"x,y",
		 "no position is found among its columns x, y; those of right "
		 "ascension and declination in degrees may be called ra_deg "
		 "and dec_deg",
		 -1},
	};
	const struct mapping_wishes wishes = {.positions_only = true};
	char why[MAPPING_WHY_MAX];
	struct fake_table fake;
	struct mapping *mapping;

	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++) {
		struct table *table =
			fake_table_init(&fake, tables[i].header, "");
		enum lc_rc rc =
			mapping_new(table, &wishes, &mapping, why, sizeof(why));

		assert_int_equal(rc, tables[i].refuses != NULL ? LC_INVALID :
								 LC_OK);
		if (rc != LC_OK) {
			assert_string_equal(why, tables[i].refuses);
			continue;
		}
		assert_int_equal(mapping_name_column(mapping), tables[i].name);
		assert_int_equal(mapping_own_count(mapping), 0);
		mapping_free(mapping);
	}
}

/* What is said stays within its bounds, whatever the table is called. */
static void
messages_are_cut(void **state)
{
	const struct mapping_wishes none = {.map = NULL};
	char header[2000] = "", why[MAPPING_WHY_MAX];
	struct fake_table fake;
	struct mapping *mapping;
	size_t length = 0;

	(void)state;
	for (int i = 0; i < 38; i++)
		length += (size_t)snprintf(
			header + length, sizeof(header) - length,
			"%sa_column_of_a_rather_long_name_%d",
			i == 0 ? "" : ",", i);
	for (size_t bytes = 64; bytes <= sizeof(why); bytes += 64) {
		memset(why, 'x', sizeof(why));
		assert_int_equal(mapping_new(fake_table_init(&fake, header, ""),
					     &none, &mapping, why, bytes),
				 LC_INVALID);
		assert_null(mapping);
		assert_true(strlen(why) < bytes);
		if (bytes == sizeof(why))
			assert_non_null(strstr(why, "--map COLUMN=dec_deg"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_understood),
		cmocka_unit_test(positions_are_asked_for_alone),
		cmocka_unit_test(messages_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
