import { expect, it } from 'vitest'
import { tagsOf } from '../../../app/providers/aws/tags.ts'

it('tags bear names that AWS takes, each once, for it refuses a name that comes twice', () => {
  const labels = { 'aws:team': 'a&b', café: '1', cafè: '2', request_id: 'r' }
  expect(tagsOf(labels)).toEqual([
    ['aws_team', 'a_b'],
    ['caf_', '2'],
    ['request_id', 'r'],
  ])
})
