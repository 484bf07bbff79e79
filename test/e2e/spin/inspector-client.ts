import { randomBytes } from 'node:crypto';
import { get } from 'node:http';
import { SourceMap } from 'node:module';
import type { Socket } from 'node:net';
import { z } from 'zod';

const Message = z.looseObject({ id: z.int().optional(), method: z.string().optional() });
const Answer = z.looseObject({ result: z.looseObject({}) });
const Frame = z.object({
  callFrameId: z.string(),
  location: z.object({ lineNumber: z.int(), columnNumber: z.int() }),
});
const Paused = z.object({ params: z.object({ callFrames: z.array(Frame).min(1) }) });
const Parsed = z.object({ params: z.object({ scriptId: z.string(), sourceMapURL: z.string().default('') }) });
const Value = z.object({ result: z.object({ result: z.object({ value: z.json() }) }) });
const Payload = z.object({
  version: z.int(),
  sources: z.array(z.string()),
  names: z.array(z.string()),
  mappings: z.string(),
});

type Said = z.infer<typeof Message>;

/** A debugger over the inspector's protocol, as far as a test needs one: breakpoints in the files that source maps name. */
export class InspectorClient {
  private readonly said: Said[] = [];
  private waiting: (() => void)[] = [];
  private asked = 0;

  private constructor(private readonly socket: Socket) {}

  static async attach(url: string): Promise<InspectorClient> {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    };
    const socket = await new Promise<Socket>((resolve, reject) => {
      const request = get(url.replace(/^ws:/, 'http:'), { headers });
      request.once('upgrade', (_, upgraded) => {
        resolve(upgraded);
      });
      request.once('error', reject);
    });
    const client = new InspectorClient(socket);
    client.listen();
    return client;
  }

  /** Asks, and gives the answer. */
  async ask(method: string, params: object = {}): Promise<Said> {
    const id = (this.asked += 1);
    this.socket.write(frame(JSON.stringify({ id, method, params })));
    return this.until((one) => one.id === id);
  }

  /** Sets a breakpoint in a line of a source file (from 1), wherever its code has come to. */
  async breakAt(file: string, line: number): Promise<void> {
    const { scriptId, map } = await this.scriptOf(file);
    const place = generatedPlace(map, file, line);
    Answer.parse(await this.ask('Debugger.setBreakpoint', { location: { scriptId, ...place } }));
  }

  /** Where it stands still now: the line of the source file, and what an expression is worth there. */
  async pausedAt(file: string, expression: string): Promise<{ readonly line: number; readonly value: unknown }> {
    const { params } = Paused.parse(await this.until(({ method }) => method === 'Debugger.paused'));
    const [top] = params.callFrames;
    if (top === undefined) throw new Error('never');
    const { map } = await this.scriptOf(file);
    const entry = map.findEntry(top.location.lineNumber, top.location.columnNumber);
    const { callFrameId } = top;
    const answer = Value.parse(await this.ask('Debugger.evaluateOnCallFrame', { callFrameId, expression }));
    return { line: 'originalLine' in entry ? entry.originalLine + 1 : -1, value: answer.result.result.value };
  }

  close(): void {
    this.socket.destroy();
  }

  private async scriptOf(file: string): Promise<{ readonly scriptId: string; readonly map: SourceMap }> {
    const said = await this.until((one) => mapIn(one, file) !== null);
    const map = mapIn(said, file);
    if (map === null) throw new Error('never');
    return { scriptId: Parsed.parse(said).params.scriptId, map };
  }

  private async until(holds: (one: Said) => boolean): Promise<Said> {
    for (;;) {
      const found = this.said.find(holds);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private listen(): void {
    let bytes = Buffer.alloc(0);
    this.socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let text = take(); text !== null; text = take()) this.said.push(Message.parse(JSON.parse(text)));
      for (const go of this.waiting.splice(0)) go();
    });

    /** The next whole message: the inspector sends each in one frame, unmasked. */
    function take(): string | null {
      const short = bytes.length < 2 ? 0 : bytes.readUInt8(1) & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length < head) return null;
      const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
      if (bytes.length < head + length) return null;
      const text = bytes.subarray(head, head + length).toString();
      bytes = bytes.subarray(head + length);
      return text;
    }
  }
}

/** The source map of a script that was parsed, if the file is among its sources. */
function mapIn(said: Said, file: string): SourceMap | null {
  if (said.method !== 'Debugger.scriptParsed') return null;
  const [, base64] = /^data:application\/json;base64,(.*)$/.exec(Parsed.parse(said).params.sourceMapURL) ?? [];
  if (base64 === undefined) return null;
  const payload = Payload.parse(JSON.parse(Buffer.from(base64, 'base64').toString()));
  if (!payload.sources.includes(file)) return null;
  return new SourceMap({ ...payload, file: '', sourceRoot: '', sourcesContent: [] });
}

/** A text frame from a client, which has to mask it. */
function frame(text: string): Buffer {
  const [body, mask] = [Buffer.from(text), randomBytes(4)];
  const head = Buffer.alloc(body.length < 126 ? 2 : 4);
  head.writeUInt8(0x81, 0);
  head.writeUInt8(0x80 | Math.min(body.length, 126), 1);
  if (body.length >= 126) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, mask, body.map((byte, at) => byte ^ mask.readUInt8(at % 4))]);
}

function generatedPlace(map: SourceMap, file: string, line: number): { lineNumber: number; columnNumber: number } {
  for (let lineNumber = 0; lineNumber < 100_000; lineNumber += 1) {
    const entry = map.findEntry(lineNumber, 200);
    if (!('originalLine' in entry)) continue;
    if (entry.originalSource === file && entry.originalLine === line - 1) {
      return { lineNumber, columnNumber: 0 };
    }
  }
  throw new Error(`no code comes from ${file}:${line}`);
}
