/**
 * A thread that ends the whole process with an exit code, whatever the other threads are blocked in.
 *
 * Node.js lets no thread but the main one do that: `process.exit` ends the thread alone, and signals give exit codes above
 * 128. What WASI promises with `returnOnExit: false` holds in every thread: the program's own exit ends the process. It is
 * C's `exit`, which tears down what other threads may still use; seldom, one of them ends the process by SIGSEGV first.
 */
import { WASI } from "node:wasi";
import { workerData } from "node:worker_threads";

const exitCode: number = workerData;

const wasi = new WASI({ version: "preview1", returnOnExit: false });
const module = new WebAssembly.Module(program(exitCode));
wasi.start(new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport }));

/**
 * The program, in WebAssembly's binary format (core specification 1.0, section 5):
 *
 * ```
 * (module (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
 *         (memory (export "memory") 0)
 *         (func (export "_start") (call 0 (i32.const <code>))))
 * ```
 *
 * @param code 0 to 63: a signed LEB128 of one byte.
 */
function program(code: number): Uint8Array<ArrayBuffer> {
  const types = [2, 0x60, 1, 0x7f, 0, 0x60, 0, 0];
  const imports = [1, ...name("wasi_snapshot_preview1"), ...name("proc_exit"), 0x00, 0];
  const functions = [1, 1];
  const memories = [1, 0x00, 0];
  const exports = [2, ...name("memory"), 0x02, 0, ...name("_start"), 0x00, 1];
  const start = [0, 0x41, code, 0x10, 0, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, imports),
    ...section(3, functions),
    ...section(5, memories),
    ...section(7, exports),
    ...section(10, [1, start.length, ...start]),
  ]);
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, content.length, ...content];
}

function name(text: string): readonly number[] {
  return [text.length, ...Buffer.from(text)];
}
