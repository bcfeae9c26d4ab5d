import { describe, expect, it } from 'vitest'
import { textOfFile } from '../../app/library/file-text/text-of-file.ts'

const text = (name: string, content: string | Uint8Array, mediaType: string) =>
  textOfFile(
    name,
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
    mediaType,
  )

describe('a file in a prompt', () => {
  it('is a table with its columns, its count of rows and all of them', () => {
    const rows = Array.from({ length: 500 }, (_, at) => `${at},"line\none, ${at}"`)
    const content = ['id,note', ...rows].join('\n')
    expect(text('a.csv', content, 'text/csv')).toBe(
      `CSV File: a.csv\nHeaders: id, note\nTotal rows: 500\n\nCSV Content:\n${content}`,
    )
    expect(text('b.csv', 'a;b\r\n1;2\r\n', 'text/csv')).toBe(
      'CSV File: b.csv\nHeaders: a, b\nTotal rows: 1\n\nCSV Content:\na;b\r\n1;2',
    )
    expect(text('c.csv', ' \n', 'text/csv')).toBe('CSV File: c.csv\nEmpty CSV file')
  })

  it('is JSON with its structure and all of its content', () => {
    const value = {
      name: 'x'.repeat(60),
      list: [{ a: 1 }, 2],
      deep: { one: { two: { three: 3 } } },
    }
    expect(text('a.json', JSON.stringify(value), 'application/json')).toBe(
      [
        'JSON File: a.json',
        '',
        'Object at root with 3 keys:',
        `  name: string = ${'x'.repeat(50)}...`,
        '  list: array',
        '  Array at list with 2 items',
        '    Sample item type: object',
        '    Object at list[0] with 1 keys:',
        '      a: number = 1',
        '  deep: object',
        '  Object at deep with 1 keys:',
        '    one: object',
        '    Object at deep.one with 1 keys:',
        '      two: object',
        '',
        'JSON Content:',
        JSON.stringify(value, null, 2),
      ].join('\n'),
    )
    expect(text('b.json', '{broken', 'application/json')).toBe('{broken')
  })

  it('is JSON to the letter: numbers, order and members of one name as they were written', () => {
    const content =
      '{"2":9007199254740993,"1":1.0,"1":1e400,"\\u00e9":"a\\"{b","none":[ ],"no":{ }}'
    expect(text('a.json', content, 'application/json')).toContain(
      'JSON Content:\n{\n  "2": 9007199254740993,\n  "1": 1.0,\n  "1": 1e400,\n  "é": "a\\"{b",\n  "none": [],\n  "no": {}\n}',
    )
  })

  it('is not many times as long as hostile JSON', () => {
    const deep = text('a.json', '['.repeat(20_000) + ']'.repeat(20_000), 'application/json')!
    expect(deep.length).toBeLessThan(3_000_000)
    expect(deep.replace(/\s/g, '')).toContain('['.repeat(20_000))
    const key = 'k'.repeat(20_000)
    const children = Array.from({ length: 2000 }, (_, at) => [at, {}] as const)
    const wide = JSON.stringify({ [key]: Object.fromEntries(children) })
    expect(text('a.json', wide, 'application/json')!.length).toBeLessThan(wide.length * 10)
    const large = `[${'[0],'.repeat(300_000)}[0]]`
    expect(text('a.json', large, 'application/json')).toMatch(/JSON Content:\n\[\[0\],\[0\]/)
  })

  it('is XML with its structure and all of its content', () => {
    const content =
      '<?xml version="1.0"?><!-- <no> --><root a=">"><one><two><three/></two></one><one/><![CDATA[<no>]]><one/><one/></root>'
    expect(text('a.xml', content, 'application/xml')).toBe(
      `XML File: a.xml\nRoot element: root\nStructure:\nroot\n  one\n    two\n  one\n  one\n  ...\n\nXML Content:\n${content}`,
    )
    expect(text('a.svg', '<svg/>', 'image/svg+xml')).toContain('Root element: svg')
  })

  it('is refused where XML declares entities', () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    expect(() => text('a.xml', bomb, 'application/xml')).toThrow('declares XML entities')
    const external = '<!doctype x [<!entity a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    expect(() => text('a.xml', external, 'application/xml')).toThrow('declares XML entities')
  })

  it('is the words of a page', () => {
    const page = `<!doctype html><html><head><title>A &amp; B</title><style>p { x }</style>
      <script>if (a < b) alert("<p>no</p>")</script></head>
      <body><h1>Head</h1><p>One &lt;two&gt;&nbsp;&#233;&#x1F600;<br>three <b>bold</b></p>
      <!-- <p>no</p> --><table><tr><td>1</td><td>2</td></tr></table> 3 < 4 & 5 > 2</body></html>`
    expect(text('a.html', page, 'text/html')).toBe(
      'HTML File: a.html\nTitle: A & B\nExtracted text content:\nHead\nOne <two> é😀\nthree bold\n1 2\n3 < 4 & 5 > 2',
    )
  })

  it('loses no word of a page', () => {
    const words = (page: string) => text('a.html', page, 'text/html')!.split('content:\n')[1]
    expect(words('<p>İstanbul <b>İİİ</b> <i>son</i></p>end')).toBe('İstanbul İİİ son\nend')
    expect(words('<style-guide>a</style-guide><noscript>b</noscript><template>c</template>')).toBe(
      'abc',
    )
    expect(text('a.html', '<title>1 < 2</title>x<svg><title>y</title></svg>', 'text/html')).toBe(
      'HTML File: a.html\nTitle: 1 < 2\nExtracted text content:\nxy',
    )
    const long = 'word '.repeat(500).trim()
    expect(text('a.html', `<title>${long}</title>x`, 'text/html')).toContain(`Title: ${long}\n`)
  })

  it('is itself where it is any other text', () => {
    expect(text('a.md', '# A\n\n- b', 'text/markdown')).toBe('# A\n\n- b')
    expect(text('a.py', 'print(1)', 'text/x-python')).toBe('print(1)')
  })

  it('is read in whatever letters it is written', () => {
    expect(text('a', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), 'text/plain')).toBe('a')
    expect(text('a', Uint8Array.of(0xff, 0xfe, 0xe9, 0x00), 'text/plain')).toBe('é')
    expect(text('a', Uint8Array.of(0x80, 0xe9), 'text/plain')).toBe('€é')
  })

  it('is no text where it is none', () => {
    expect(text('a.pdf', '%PDF-1.7', 'application/pdf')).toBeUndefined()
    expect(textOfFile('a', new Uint8Array(3), undefined)).toBeUndefined()
  })

  it('takes no time with hostile markup', () => {
    const started = performance.now()
    for (const piece of ['<', '<!--', '<p', '<script>', '&amp', '<a <', '</', '<![CDATA[']) {
      text('a.html', piece.repeat(60_000), 'text/html')
      text('a.xml', piece.repeat(60_000), 'application/xml')
    }
    expect(performance.now() - started).toBeLessThan(4000)
  })
})
