import { fill, h, svg } from '../shared/element.ts'
import { bytes } from '../shared/format.ts'
import { type Attachment, dataUrl } from './dialect.ts'

/** As large as a request may be by default. */
const LARGEST = 20_000_000

/** What files of these names are, where the browser does not say. */
const TYPES: Record<string, string> = {
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
  pdf: 'application/pdf',
  txt: 'text/plain',
}

async function readFile(file: File): Promise<Attachment> {
  const { name, size } = file
  const type =
    file.type || (TYPES[name.split('.').at(-1)!.toLowerCase()] ?? 'application/octet-stream')
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
  return { name, type, size, data: url.slice(url.indexOf(',') + 1) }
}

/** A sheet with a corner turned down. */
const sheet = () =>
  svg(
    'svg',
    { width: 14, height: 18, viewBox: '0 0 14 18', 'aria-hidden': 'true' },
    svg('path', { d: 'M1.5 1h6.5l4.5 4.5V17h-11zM8 1v4.5h4.5' }),
  )

/** A file as it stands beside a message. */
export function fileChip(file: Attachment, onremove?: () => void): HTMLElement {
  const isImage = file.type.startsWith('image/')
  return h(
    'span',
    { class: 'file' },
    isImage ? h('img', { src: dataUrl(file), alt: '' }) : sheet(),
    h('span', { title: `${file.name}, ${file.type}` }, file.name),
    h('small', {}, bytes(file.size)),
    onremove &&
      h(
        'button',
        {
          type: 'button',
          class: 'plain',
          'aria-label': `Leave out ${file.name}`,
          onclick: onremove,
        },
        '×',
      ),
  )
}

export interface Attachments {
  element: HTMLElement
  add(files: Iterable<File>): Promise<void>
  /** What is attached now; nothing is afterwards. */
  take(): Attachment[]
  isEmpty(): boolean
}

/** Files that will be sent with the next message. */
export function createAttachments(onchange: () => void): Attachments {
  const element = h('div', { class: 'files' })
  let files: Attachment[] = []
  const show = (refused: readonly string[] = []) => {
    fill(
      element,
      ...files.map((file) =>
        fileChip(file, () => {
          files = files.filter((one) => one !== file)
          show()
        }),
      ),
      ...refused.map((name) =>
        h('span', { class: 'refused' }, `${name} is larger than ${bytes(LARGEST)}.`),
      ),
    )
    onchange()
  }
  return {
    element,
    async add(given) {
      const all = [...given]
      const small = all.filter(({ size }) => size <= LARGEST)
      files = [...files, ...(await Promise.all(small.map(readFile)))]
      show(all.filter((file) => !small.includes(file)).map(({ name }) => name))
    },
    take() {
      const taken = files
      files = []
      show()
      return taken
    },
    isEmpty: () => files.length === 0,
  }
}
