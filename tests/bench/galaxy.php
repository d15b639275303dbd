<?php
// The same /galaxy in PHP, as somebody who knows it would write it: PDO with
// a persistent connection, one prepared query.
declare(strict_types=1);

const ZONES_PER_DEG = 1;
const ZONES = 180 * ZONES_PER_DEG;
const RA_CELLS = 1 << 44;
const ZONE_SHIFT = 45;
const SHIFT_MAX = 4096; // how far collisions may have moved a row

const CONE = 'SELECT name, aliases, type, ra_deg, dec_deg, constellation,
    magnitude_v, magnitude_b, magnitude_j, magnitude_h, magnitude_k,
    surface_brightness_mag_arcsec2, major_axis_arcmin, minor_axis_arcmin,
    position_angle_deg, redshift, radial_velocity_km_s, parallax_mas,
    pm_ra_mas_yr, pm_dec_mas_yr, hubble_type
    FROM object WHERE k BETWEEN ? AND ?';

function reply(int $status, string $media_type, array $body): never
{
    http_response_code($status);
    header("Content-Type: $media_type");
    echo json_encode($body, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
    exit;
}

function refuse(array $errors): never
{
    reply(422, 'application/problem+json', ['title' => 'Unprocessable Content',
        'status' => 422, 'errors' => $errors]);
}

function number(string $name, float $default, float $min, float $max,
    array &$errors): float
{
    $text = $_GET[$name] ?? null;
    if ($text === null)
        return $default;
    $value = filter_var($text, FILTER_VALIDATE_FLOAT);
    if ($value === false || $value < $min || $value > $max) {
        $errors[] = ['loc' => ['query', $name], 'msg' => "$min to $max"];
        return $default;
    }
    return $value;
}

/** A pair of decimal degrees, or one of an object's names. */
function read_coordinates(PDO $catalogue, mixed $text, array &$errors): ?array
{
    if (!is_string($text) || $text === '') {
        $errors[] = ['loc' => ['query', 'coordinates'], 'msg' => 'required'];
        return null;
    }
    $parts = preg_split('/[\s,]+/', trim($text));
    if (count($parts) === 2 && is_numeric($parts[0]) && is_numeric($parts[1])) {
        [$ra, $dec] = [(float)$parts[0], (float)$parts[1]];
        if (abs($ra) <= 360 && abs($dec) <= 90)
            return ['input' => $text, 'read_as' => 'degrees',
                'ra_deg' => fmod($ra + 360, 360), 'dec_deg' => $dec,
                'frame' => 'icrs'];
    } else {
        $query = $catalogue->prepare(
            'SELECT ra_deg, dec_deg FROM name JOIN object USING (k)
            WHERE key = ?');
        $query->execute([strtoupper(str_replace(' ', '', $text))]);
        if ($row = $query->fetch())
            return ['input' => $text, 'read_as' => 'name', ...$row,
                'frame' => 'icrs'];
    }
    $errors[] = ['loc' => ['query', 'coordinates'],
        'msg' => 'neither a position nor a known name'];
    return null;
}

/** The ranges of row ids that hold every object of the cone. */
function key_ranges(float $ra, float $dec, float $radius): array
{
    $low = max(0, (int)floor(($dec - $radius + 90) * ZONES_PER_DEG));
    $high = min(ZONES - 1, (int)floor(($dec + $radius + 90) * ZONES_PER_DEG));
    if (abs($dec) + $radius >= 90)
        return [[$low << ZONE_SHIFT, (($high + 1) << ZONE_SHIFT) - 1]];
    $half = rad2deg(asin(sin(deg2rad($radius)) / cos(deg2rad($dec))));
    $west = (int)(fmod($ra - $half + 360, 360) / 360 * RA_CELLS);
    $east = (int)(fmod($ra + $half, 360) / 360 * RA_CELLS) + SHIFT_MAX;
    $ranges = [];
    for ($zone = $low; $zone <= $high; $zone++) {
        $base = $zone << ZONE_SHIFT;
        if ($west <= $east) {
            $ranges[] = [$base + $west, $base + $east];
        } else {
            $ranges[] = [$base, $base + $east];
            $ranges[] = [$base + $west, $base + (1 << ZONE_SHIFT) - 1];
        }
    }
    return $ranges;
}

/** By the haversine, in degrees. */
function separation_deg(float $ra1, float $dec1, float $ra2, float $dec2): float
{
    $h = sin(deg2rad($dec2 - $dec1) / 2) ** 2 + cos(deg2rad($dec1))
        * cos(deg2rad($dec2)) * sin(deg2rad($ra2 - $ra1) / 2) ** 2;
    return rad2deg(2 * asin(min(1, sqrt($h))));
}

$catalogue = new PDO('sqlite:' . getenv('BENCH_CATALOGUE'), null, null, [
    PDO::ATTR_PERSISTENT => true,
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    PDO::SQLITE_ATTR_OPEN_FLAGS => PDO::SQLITE_OPEN_READONLY,
]);

$errors = [];
$centre = read_coordinates($catalogue, $_GET['coordinates'] ?? null, $errors);
$radius_deg = number('radius_deg', 0.25, 0, 180, $errors);
$limit = (int)number('limit', 100, 1, 10000, $errors);
$magnitude_max = number('magnitude_max', INF, -30, 40, $errors);
$type = $_GET['type'] ?? null;
if ($errors)
    refuse($errors);

$system = [];
$query = $catalogue->prepare(CONE);
foreach (key_ranges($centre['ra_deg'], $centre['dec_deg'], $radius_deg) as $range) {
    $query->execute($range);
    foreach ($query as $row) {
        $away = separation_deg($centre['ra_deg'], $centre['dec_deg'],
            $row['ra_deg'], $row['dec_deg']);
        if ($away > $radius_deg || ($type !== null && $row['type'] !== $type))
            continue;
        if ($magnitude_max !== INF
            && ($row['magnitude_v'] ?? $row['magnitude_b'] ?? INF) > $magnitude_max)
            continue;
        $row['separation_deg'] = $away;
        $system[] = $row;
    }
}
usort($system, fn($a, $b) => [$a['separation_deg'], $a['name']]
    <=> [$b['separation_deg'], $b['name']]);
$matched = count($system);
$system = array_slice($system, 0, $limit);
foreach ($system as &$row) {
    if ($row['aliases'] !== null)
        $row['aliases'] = explode('|', $row['aliases']);
    $row['catalogue'] = 'openngc';
    $row = array_filter($row, fn($value) => $value !== null);
}
reply(200, 'application/json', ['system' => $system, 'coordinates' => $centre,
    'radius_deg' => $radius_deg, 'matched' => $matched, 'next' => null]);
