FROM node:24-slim AS dependencies
WORKDIR /outcrop
COPY package.json package-lock.json ./
# The optional dependencies are a Node of their own, which the image already has.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-slim
WORKDIR /outcrop
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000
COPY --from=dependencies /outcrop/node_modules ./node_modules
COPY package.json LICENSE ./
COPY app ./app
COPY runtimes ./runtimes
RUN mkdir .outcrop && chown node .outcrop
USER node
# Starts once, so that every container finds the compile cache that the first start writes.
RUN HOST=127.0.0.1 PORT=0 node -e "import('./runtimes/node.ts').then(() => process.exit())"
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Reachable from outside, so it starts with API_KEY, or with AUTH=none where something in front of it
# checks who calls. --max-semi-space-size=4 in NODE_OPTIONS halves the memory for a fifth more CPU.
CMD ["node", "--import", "./runtimes/quick-start.js", "runtimes/node.ts"]
