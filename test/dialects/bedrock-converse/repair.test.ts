import { describe, expect, it } from 'vitest'
import type { Part, Turn } from '../../../app/conversation/conversation.ts'
import {
  answerToolCalls,
  dropBlankText,
  dropRepeatedCalls,
  LOST_RESULT,
  mergeTurns,
  spellOutTools,
} from '../../../app/conversation/repair.ts'
import { assistant, call, part, result, user } from './cards.ts'

const lost = (callId: string): Part => ({ ...result(callId, LOST_RESULT), isError: true })

describe('merging turns', () => {
  it('joins neighbours of one role and leaves out empty turns', () => {
    const turns = [user('a'), user('b'), assistant(), user('c'), assistant('d')]
    expect(mergeTurns(turns)).toEqual([user('a', 'b', 'c'), assistant('d')])
  })

  it('changes none of the turns it was given', () => {
    const turns = [user('a'), user('b')]
    mergeTurns(turns)
    expect(turns).toEqual([user('a'), user('b')])
  })
})

describe('dropping blank text', () => {
  it('looks into tool results as well', () => {
    expect(dropBlankText([part(' \n'), part('a'), result('x', '', 'b')])).toEqual([
      part('a'),
      result('x', 'b'),
    ])
  })

  it('gives back the same parts when nothing is blank', () => {
    const parts = [part('a'), result('x', 'b')]
    expect(dropBlankText(parts)).toBe(parts)
  })
})

describe('answering calls', () => {
  const cases: Record<string, [Turn[], Turn[]]> = {
    'gathers results of parallel calls in one turn, before the words': [
      [user('q'), assistant(call('a'), call('b')), user(result('a', '1'), 'and', result('b', '2'))],
      [user('q'), assistant(call('a'), call('b')), user(result('a', '1'), result('b', '2'), 'and')],
    ],
    'makes up a lost result, also at the end': [
      [
        user('q'),
        assistant(call('a'), call('b')),
        user(result('b', '2'), 'on'),
        assistant(call('c')),
      ],
      [
        user('q'),
        assistant(call('a'), call('b')),
        user(result('b', '2'), lost('a'), 'on'),
        assistant(call('c')),
        user(lost('c')),
      ],
    ],
    'makes up every result that was lost': [
      [user('q'), assistant(call('a'), call('b'))],
      [user('q'), assistant(call('a'), call('b')), user(lost('a'), lost('b'))],
    ],
    'brings a late result to its call': [
      [user('q'), assistant(call('a')), user('wait'), assistant('ok'), user(result('a', '1'))],
      [user('q'), assistant(call('a')), user(result('a', '1'), 'wait'), assistant('ok')],
    ],
    'leaves out results nobody called for, and second ones': [
      [user(result('x', '0'), 'q'), assistant(call('a')), user(result('a', '1'), result('a', '2'))],
      [user('q'), assistant(call('a')), user(result('a', '1'))],
    ],
    'gives an id that is used again a new one': [
      [
        user('q'),
        assistant(call('a', 'look', '1')),
        user(result('a', '1')),
        assistant(call('a', 'look', '2'), call('a', 'look', '3')),
        user(result('a', '2'), result('a', '3')),
      ],
      [
        user('q'),
        assistant(call('a', 'look', '1')),
        user(result('a', '1')),
        assistant(call('a-2', 'look', '2'), call('a-3', 'look', '3')),
        user(result('a-2', '2'), result('a-3', '3')),
      ],
    ],
    'puts a turn between where the assistant spoke twice': [
      [user('q'), assistant(call('a')), user(result('x', '0')), assistant('ok')],
      [user('q'), assistant(call('a')), user(lost('a')), assistant('ok')],
    ],
    'leaves alone what the platform ran': [
      [user('q'), assistant({ ...call('s'), server: 'server_tool_use' }, 'done')],
      [user('q'), assistant({ ...call('s'), server: 'server_tool_use' }, 'done')],
    ],
  }

  it.each(Object.entries(cases))('%s', (_, [turns, repaired]) => {
    expect(answerToolCalls(mergeTurns(turns))).toEqual(repaired)
  })
})

it('takes a call made twice to the letter for one', () => {
  const turns = [assistant(call('a'), call('a'), call('a', 'look', '{"x":1}'))]
  expect(dropRepeatedCalls(turns)).toEqual([assistant(call('a'), call('a', 'look', '{"x":1}'))])
})

it('spells out tools for models that know none', () => {
  const turns = [assistant(call('a')), user({ ...result('a', 'gone'), isError: true })]
  expect(spellOutTools(turns)).toEqual([
    assistant('[called look with {}]'),
    user('[error of look]', 'gone'),
  ])
})
