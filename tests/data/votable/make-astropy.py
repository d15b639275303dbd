#!/usr/bin/python3
"""Makes the VOTables of this directory that astropy writes (Debian's package
python3-astropy): what STILTS has no types for, in each way to write a VOTable.
tests/unit/test_table_votable.c says what is to be read."""
import os

from astropy.io.votable import parse, writeto
from astropy.io.votable.tree import Field, Resource, Table, VOTableFile

FIELDS = (
    ('u', 'unicodeChar', '*'),
    ('fixed', 'char', '6'),
    ('b', 'boolean', None),
    ('bit', 'bit', None),
    ('bits', 'bit', '10'),
    ('byte', 'unsignedByte', None),
    ('c', 'floatComplex', None),
    ('m', 'int', '2x2'),
)

os.chdir(os.path.dirname(os.path.abspath(__file__)))
votable = VOTableFile(version='1.4')
resource = Resource(type='results')
votable.resources.append(resource)
table = Table(votable, name='astropy')
resource.tables.append(table)
for name, datatype, arraysize in FIELDS:
    table.fields.append(Field(votable, name=name, datatype=datatype,
                              arraysize=arraysize))
table.create_arrays(3)
table.array[0] = ('\u00c9toile \U0001d6fc', 'abc', True, True, [1, 0] * 5, 255,
                  1 + 2j, [[1, 2], [3, 4]])
table.array[1] = ('x', 'abcdef', False, False, [0] * 10, 0, -1.5j,
                  [[-1, 2], [3, 4]])
table.array[2] = ('', '', True, True, [1] * 10, 7, 0, [[0, 0], [0, 0]])
table.array.mask[2] = (False, False, True, True, False, False, False, False)
table.format = 'tabledata'
writeto(votable, 'astropy-tabledata.vot')
for kind in ('binary', 'binary2'):
    writeto(parse('astropy-tabledata.vot'), 'astropy-%s.vot' % kind,
            tabledata_format=kind)
