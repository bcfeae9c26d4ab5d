import { expect, it } from 'vitest'
import { remembered } from '../../app/codecs/remembered.ts'

it('makes once what it is asked again, and forgets all of it when it is too much', () => {
  const asked: string[] = []
  const shout = remembered((text) => {
    asked.push(text)
    return text.toUpperCase()
  }, 2)
  const answers = ['a', 'a', 'b', 'a', 'c', 'a'].map(shout)
  expect(answers).toEqual(['A', 'A', 'B', 'A', 'C', 'A'])
  expect(asked).toEqual(['a', 'b', 'c', 'a'])
})
