namespace RetailOps.Workflows.Tests;

/// <summary>Scripts that try to take the process: memory by one call, stack, time, the host.</summary>
public static partial class HostileScripts
{
    private const string Big = "let s = 'x'.repeat(200000);";

    public static TheoryData<string> Contained =>
    [
        "'x'.repeat(1e8).length",
        "'x'.padStart(1e8).length",
        "'x'.padEnd({ valueOf() { return 1e8 } }).length",
        "let s = 'x'.repeat(20000); s.replaceAll('x', s).length",
        "let s = 'x'.repeat(20000); s.replace(/x/g, s).length",
        "let s = 'x'.repeat(9000); s.replace(/x/g, '$`$`$`$`').length",
        Big + "''.concat.apply('', new Array(900).fill(s)).length",
        Big + "JSON.stringify(new Array(900).fill(s)).length",
        Big + "return new Array(900).fill(s)",
        Big + "return toJson(new Array(900).fill(s))",
        Big + "String.raw({ raw: new Array(900).fill(s) }).length",
        Big + "new Array(900).fill(s).join().length",
        Big + "new Array(900).fill(s).toString().length",
        Big + "('' + new Array(900).fill(s)).length",
        Big + "let a = new Array(900).fill(s); for (let i = 0; i < 40; i++) a = [a, a]; ('' + a).length",
        "Array(1e9).join('x')",
        "new Array(5e8)",
        "Array.from({ length: 1e9 })",
        "new Uint8Array(1e9).length",
        "new ArrayBuffer(1e9).byteLength",
        "new this.ArrayBuffer(1e9).byteLength",
        "new (globalThis['Array' + 'Buffer'])(1e9).byteLength",
        "let s = 'x'; while (true) s += s",
        "let a = [1]; while (true) a = a.concat(a)",
        "let m = new Map(); for (;;) m.set(m.size, 1)",
        "let b = 2n; while (true) b = b * b",
        "2n ** 100000000n",
        "1n << 1000000000n",
        "BigInt(2) ** BigInt(9000000)",
        "String(2n ** 30000000n)",
        "for (;;) {}",
        "[1, 2, 3].sort(() => { while (true) {} })",
        "/(a+)+b/.test('a'.repeat(40))",
        "function f() { f() } f()",
        "let o = {}; o.toString = () => '' + o; '' + o",
        "let o = {}; Object.defineProperty(o, 'x', { get() { return o.x } }); o.x",
        "class A { constructor() { new A() } } new A()",
        "let a = []; for (let i = 0; i < 5000; i++) a = [a]; a.toString()",
        "let a = []; for (let i = 0; i < 5000; i++) a = [a]; return a",
        "let a = []; for (let i = 0; i < 5000; i++) a = [a]; JSON.stringify(a)",
        "let f = () => 1; for (let i = 0; i < 20000; i++) f = f.bind(null); f()",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)",
        "eval('1')",
        "new Function('return 1')()",
        "(async () => {}).constructor('return 1')()",
        "import('fs')",
        "throw { toString() { throw 1 } }",
        "getLastResult().constructor.constructor('return 1')()",
        "JSON.parse('['.repeat(1000))",
    ];

    public static TheoryData<string> Deep =>
    [
        new string('(', 8000) + "1" + new string(')', 8000),
        new string('[', 8000) + new string(']', 8000),
        new string('{', 8000) + new string('}', 8000),
        new string('!', 16000) + "1",
        "1" + string.Concat(Enumerable.Repeat("+1", 7900)),
        string.Concat(Enumerable.Repeat("1?1:", 4000)) + "1",
        string.Concat(Enumerable.Repeat("a=>", 5000)) + "1",
        string.Concat(Enumerable.Repeat("a=", 8000)) + "1",
        string.Concat(Enumerable.Repeat("if(1)", 3200)) + "1",
        "a={};a" + string.Concat(Enumerable.Repeat(".a", 7000)),
        "2" + string.Concat(Enumerable.Repeat("**1", 5000)),
        string.Concat(Enumerable.Repeat("- ", 8000)) + "1",
        "1" + new string('+', 17_000),
        "/" + new string('(', 7000) + new string(')', 7000) + "/.test('x') ? 1 : 0",
    ];
}
