import { expect, it } from 'vitest'
import { addMember, noMembers } from '../../app/codecs/multipart/form-members.ts'

const read = (fields: [string, string][]) => {
  const members = noMembers()
  for (const [name, value] of fields) addMember(members, name, value)
  return JSON.parse(JSON.stringify(members))
}

it.each([
  ['names', [['a', '1']], { a: '1' }],
  [
    'the last of a name',
    [
      ['a', '1'],
      ['a', '2'],
    ],
    { a: '2' },
  ],
  [
    'members',
    [
      ['a[b]', '1'],
      ['a[c-d]', '2'],
    ],
    { a: { b: '1', 'c-d': '2' } },
  ],
  [
    'members of members',
    [
      ['a[b][c]', '1'],
      ['a[b][d]', '2'],
    ],
    { a: { b: { c: '1', d: '2' } } },
  ],
  [
    'lists',
    [
      ['a[]', '1'],
      ['a[]', '2'],
    ],
    { a: ['1', '2'] },
  ],
  [
    'lists with places',
    [
      ['a[0]', '1'],
      ['a[1]', '2'],
    ],
    { a: ['1', '2'] },
  ],
  [
    'lists in objects',
    [
      ['a[b][]', '1'],
      ['a[b][]', '2'],
    ],
    { a: { b: ['1', '2'] } },
  ],
  [
    'objects in lists',
    [
      ['a[][b]', '1'],
      ['a[][c]', '2'],
      ['a[][b]', '3'],
    ],
    { a: [{ b: '1', c: '2' }, { b: '3' }] },
  ],
  [
    'lists in those',
    [
      ['a[][b][]', '1'],
      ['a[][b][]', '2'],
    ],
    { a: [{ b: ['1', '2'] }] },
  ],
  [
    'what is no such name as it is',
    [
      ['a[b', '1'],
      ['[a]', '2'],
      ['a]b', '3'],
    ],
    { 'a[b': '1', '[a]': '2', 'a]b': '3' },
  ],
  ['what is too deep as it is', [[`a${'[b]'.repeat(9)}`, '1']], { [`a${'[b]'.repeat(9)}`]: '1' }],
] as [string, [string, string][], object][])('reads %s', (_, fields, members) => {
  expect(read(fields)).toEqual(members)
})

it('leaves prototypes alone', () => {
  read([
    ['__proto__[polluted]', '1'],
    ['a[__proto__][polluted]', '1'],
    ['a[constructor][prototype][polluted]', '1'],
  ])
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
