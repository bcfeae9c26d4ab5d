/** Claude. The form of the lines and where they are from: `prices.ts`. */
export const ANTHROPIC_PRICES = `
anthropic.claude-3-haiku-20240307-v1:0 0.25 1.25
anthropic.claude-3-sonnet-20240229-v1:0 3 15
anthropic.claude-3-5-sonnet-20240620-v1:0 3 15 0.3 3.75 6
anthropic.claude-3-5-sonnet-20241022-v2:0 3 15 0.3 3.75 6
anthropic.claude-3-7-sonnet-20250219-v1:0 3 15 0.3 3.75 6
anthropic.claude-fable-5 11 55 1.1 13.75 22
  global 10 50 1 12.5 20
anthropic.claude-fable-5-1 11 55 0.275 13.75 22
  global 10 50 0.25 12.5 20
anthropic.claude-haiku-4-5 1.1 5.5 0.11 1.375 2.2
  global 1 5 0.1 1.25 2
anthropic.claude-haiku-4-5-20251001-v1:0 1.1 5.5 0.11 1.375 2.2
  global 1 5 0.1 1.25 2
anthropic.claude-opus-4-1-20250805-v1:0 15 75 1.5 18.75 30
anthropic.claude-opus-4-5-20251101-v1:0 5.5 27.5 0.55 6.875 11
  global 5 25 0.5 6.25 10
anthropic.claude-opus-4-6 5.5 27.5 0.55 6.875 11
  global 5 25 0.5 6.25 10
anthropic.claude-opus-4-6-v1 5.5 27.5 0.55 6.875 11
  global 5 25 0.5 6.25 10
anthropic.claude-opus-4-7 5.5 27.5 0.55 6.875 11
  global 5 25 0.5 6.25 10
anthropic.claude-opus-4-8 5.5 27.5 0.55 6.875 11
  global 5 25 0.5 6.25 10
anthropic.claude-opus-5 5.5 27.5 0.55 6.875 11
  global 5 25 0.5 6.25 10
anthropic.claude-sonnet-4-20250514-v1:0 3 15 0.3 3.75 6
  global 3 15 0.3 3.75 6
anthropic.claude-sonnet-4-5-20250929-v1:0 3.3 16.5 0.33 4.125 6.6
  global 3 15 0.3 3.75 6
anthropic.claude-sonnet-4-6 3.3 16.5 0.33 4.125 6.6
  global 3 15 0.3 3.75 6
anthropic.claude-sonnet-5 2.2 11 0.22 2.75 4.4
  global 2 10 0.2 2.5 4
anthropic.claude-opus-5-5 4.4 22 0.22 5.5 8.8
  global 4 20 0.2 5 8
anthropic.claude-sonnet-5-5 2.2 11 0.22 2.75 4.4
  global 2 10 0.2 2.5 4
anthropic.claude-fable-5-2 8 40 0.2 10
  geography 8.8 44 0.22 11
  global 8 40 0.2 10
anthropic.claude-haiku-5-5 0.1 0.5 0.01 0.125 >100000 0.5 2.5 0.05 0.625
  geography 0.11 0.55 0.011 0.1375 >100000 0.55 2.75 0.055 0.6875
  global 0.1 0.5 0.01 0.125 >100000 0.5 2.5 0.05 0.625
anthropic.claude-v2 8 24
anthropic.claude-v2:1 8 24
anthropic.claude-instant-v1 0.8 2.4
anthropic.claude-3-opus-20240229-v1:0 15 75
anthropic.claude-3-5-haiku-20241022-v1:0 0.8 4
anthropic.claude-opus-4-20250514-v1:0 15 75
`
