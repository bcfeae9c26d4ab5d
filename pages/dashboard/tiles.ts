import { h } from '../shared/element.ts'
import { known, percent } from '../shared/format.ts'
import { TILES, type Tile } from './measures.ts'
import type { Usage } from './usage.ts'

/** A stretch of time at a glance, beside the one before it. */
export function tiles({ total, before }: Usage, beforeName: string): HTMLElement {
  return h(
    'dl',
    { class: 'tiles' },
    ...TILES.map((tile) => {
      const { title, note, of, format } = tile
      return h(
        'div',
        { class: 'card tile' },
        h('dt', {}, title),
        h('dd', { class: 'amount' }, known(of(total), format)),
        h(
          'dd',
          { class: 'note' },
          h('span', {}, note(total)),
          change(tile, { total, before }, beforeName),
        ),
      )
    }),
  )
}

/** Shares go up and down by themselves when few were asked, so small changes are not told. */
const SMALL = 0.005

function change({ of }: Tile, { total, before }: Pick<Usage, 'total' | 'before'>, name: string) {
  const [now, then] = [of(total), of(before)]
  if (now === null || then === null || then === 0) return undefined
  const growth = now / then - 1
  if (Math.abs(growth) < SMALL) return undefined
  const word = growth > 0 ? 'more' : 'less'
  const much = growth > 9 ? `${Math.round(growth + 1)}×` : percent(Math.abs(growth))
  const told = growth > 9 ? `${much} as much as ${name}` : `${much} ${word} than ${name}`
  return h('span', { class: 'change', title: told }, `${growth > 0 ? '↑' : '↓'}\u202f${much}`)
}
