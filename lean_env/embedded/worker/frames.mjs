// Frames on blocking pipes: the payload's byte length in ASCII decimal, a newline, the payload, a newline.
//
// The worker is one thread that does one thing at a time, so it reads and writes with blocking calls and needs no event loop.
import fs from 'node:fs';

const MAX_HEADER_BYTES = 12;
const NEWLINE = 10;

function readSome(descriptor, buffer, offset) { // 0 at the end of the stream
  for (;;) {
    try { return fs.readSync(descriptor, buffer, offset, buffer.length - offset, null); } catch (error) {
      if (error.code === 'EOF') return 0;
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      pause();
    }
  }
}
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);

export function* readFrames(descriptor) {
  let buffer = Buffer.alloc(1 << 16), filled = 0;
  const need = count => { // false at the end of the stream
    if (buffer.length < count) { const larger = Buffer.alloc(Math.max(count, 2 * buffer.length)); buffer.copy(larger, 0, 0, filled); buffer = larger; }
    while (filled < count) {
      const got = readSome(descriptor, buffer, filled);
      if (got === 0) return false;
      filled += got;
    }
    return true;
  };
  for (;;) {
    let header;
    while ((header = buffer.subarray(0, filled).indexOf(NEWLINE)) < 0) {
      if (filled > MAX_HEADER_BYTES) throw Error('a frame begins with its length');
      if (!need(filled + 1)) return;
    }
    const length = Number(buffer.toString('latin1', 0, header)), end = header + 1 + length;
    if (!Number.isInteger(length) || length < 0) throw Error('a frame begins with its length');
    if (!need(end + 1)) return;
    yield buffer.toString('utf8', header + 1, end);
    buffer.copy(buffer, 0, end + 1, filled);
    filled -= end + 1;
  }
}

export function writeFrame(descriptor, payload) { // one write may take only part of a large frame
  const body = Buffer.from(payload), frame = Buffer.concat([Buffer.from(`${body.length}\n`), body, Buffer.from('\n')]);
  for (let at = 0; at < frame.length;) {
    try { at += fs.writeSync(descriptor, frame, at, frame.length - at); } catch (error) {
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      pause();
    }
  }
}
