namespace RetailOps.Workflows.Tests;

public static partial class HostileScripts
{
    /// <summary>What took the process, gigabytes or the thread once, or was tried and did not.</summary>
    public static IReadOnlyList<string> Attacks => [.. Large, .. Turned];

    /// <summary>Lists and texts that only say how long they are, calls that multiply, loops and patterns without end.</summary>
    private static readonly string[] Large =
        """
        ''.repeat.call({toString(){return 'x'.repeat(500000)}}, 10000).length
        ''.repeat.call(['x'.repeat(500000)], 10000).length
        let s='x'.repeat(500000); s.replace(/x/g, String.prototype.toString.bind(s)).length
        let s='x'.repeat(500000); s.replaceAll('x', String.prototype.toString.bind(s)).length
        let s='x'.repeat(500000); /x/g[Symbol.replace](s, s).length
        let s='x'.repeat(500000); RegExp.prototype[Symbol.replace].call(/x/g, s, '$`').length
        Array.prototype.fill.call({length: 1e9}, 1)
        Array.prototype.indexOf.call({length: 2**53-1}, 1)
        Array.prototype.lastIndexOf.call({length: 2**53-1}, 1)
        Array.prototype.includes.call({length: 2**53-1}, 1)
        Array.prototype.reverse.call({length: 2**53-1})
        Array.prototype.every.call({length: 2**53-1}, Object)
        Array.prototype.sort.call({length: 2**53-1})
        Array.prototype.copyWithin.call({length: 2**53-1}, 0, 1)
        Array.prototype.shift.call({length: 2**53-1})
        Array.prototype.unshift.call({length: 2**53-2}, 1)
        Array.prototype.splice.call({length: 2**53-2}, 0, 1)
        Array.prototype.toSorted.call({length: 2**31})
        Array.prototype.toReversed.call({length: 2**31})
        Array.prototype.with.call({length: 2**31}, 0, 1)
        Array.prototype.flat.call({length: 2**53-1})
        [].concat({length: 2**31, [Symbol.isConcatSpreadable]: true})
        let a=[]; a.length=4294967295; a.indexOf(1)
        let a=[]; a.length=4294967295; a.reverse()
        let a=[]; a[4294967290]=1; a.sort()
        let a=[]; a[4294967290]=1; a.forEach(Object)
        Math.max.apply(null, {length: 1e9})
        String.fromCharCode.apply(null, {length: 1e9})
        Reflect.apply(Math.max, null, {length: 1e9})
        Array.from({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}})
        [...{[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}]
        new Set({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}})
        Math.max(...{[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}})
        let [a,...b] = {[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}; b.length
        Promise.all({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}); 1
        Object.fromEntries({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:[1,2]})}}})
        Iterator.from({next: Object.bind(null,{done:false,value:1})}).toArray()
        Iterator.from({next: Object.bind(null,{done:false,value:1})}).drop(Infinity).next()
        Object.groupBy({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}, String)
        let big='x'.repeat(500000); new Array(50000).fill(1).map(''.toUpperCase, big).length
        let big='x'.repeat(500000); new Array(50000).fill(1).map(''.concat, big).length
        let big='x'.repeat(500000); new Array(50000).fill(1).map(x => big.toUpperCase()).length
        let big='x'.repeat(500000); new Array(50000).fill(1).map(x => big + x).length
        let big='x'.repeat(500000); new Array(50000).fill(1).map(x => [...big]).length
        let big='x'.repeat(500000); new Array(50000).fill(1).forEach(''.split, big)
        let f = n => n ? f(n - 1) + f(n - 1) : 1; f(60)
        let f = n => n ? f(n - 1) || f(n - 1) : 0; f(60)
        JSON.stringify(new Array(900).fill({toJSON: String.prototype.toString.bind('x'.repeat(500000))})).length
        let o={}; Object.defineProperty(o,'x',{get: String.prototype.toString.bind('x'.repeat(500000)), enumerable:true}); JSON.stringify(new Array(900).fill(o)).length
        return new Array(900).fill({toJSON: String.prototype.toString.bind('x'.repeat(500000))})
        toJson(new Array(900).fill({toJSON: String.prototype.toString.bind('x'.repeat(500000))}))
        String.raw({raw: {length: 2**53-1}})
        String.raw({raw: {length: 1e6}}, ...new Array(1000).fill('x'.repeat(500)))
        'x'.repeat(500000).split('').length
        let s='x'.repeat(500000); for(;;) s.split('')
        'x,'.repeat(250000).split(',').map(x => x.repeat(500000))
        'a'.repeat(500000).match(/a/g).length
        [...'a'.repeat(500000).matchAll(/a/g)].length
        /^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(50000))
        /(?:a|aa)+$/.test('a'.repeat(100)+'b')
        'a'.repeat(50000).replace(/(.*)*x/, '')
        /(x+x+)+y/.exec('x'.repeat(300000))
        new RegExp('(a*)*'.repeat(100)).test('a'.repeat(100000))
        new RegExp('('.repeat(5000)+')'.repeat(5000)).test('x')
        new RegExp('a{100000}'.repeat(3)).test('a')
        new RegExp('(?:a{1000}){1000}').test('a'.repeat(1000))
        new RegExp('x'.repeat(500000)).test('a')
        new RegExp('|'.repeat(400000)).test('a')
        (async()=>{ for(;;) await 1 })(); 1
        let f=()=>Promise.resolve().then(f); f(); 1
        Promise.resolve(1).then(function g(){ return Promise.resolve().then(g)}); 1
        let p=new Promise(()=>{}); await p
        function* g(){ while(true) yield 1 } [...g()]
        function* g(){ yield* g() } [...g()]
        let o={valueOf(){ return o+1 }}; o+1
        let a=[]; a[0]=a; String(a); JSON.stringify(a)
        let o={}; o.o=o; return o
        let o={}; let p=o; for(let i=0;i<20000;i++){p.p={};p=p.p} return o
        let o={}; let p=o; for(let i=0;i<20000;i++){p.p={};p=p.p} structuredClone(o)
        let s=new Set(); s.add(1); s.forEach(x=>{s.delete(x); s.add(x)})
        let m=new Map([[1,1]]); m.forEach(Map.prototype.set.bind(m))
        let s=new Set([1]); for(const x of s){ s.delete(x); s.add(x) }
        let a=[1]; a.forEach(Array.prototype.push.bind(a))
        let a=[1]; for(const x of a) a.push(x)
        let a=[3,2,1]; a.sort(Math.random); a
        new Array(50000).fill(0).sort(()=>Math.random()-.5).length
        let a = new Array(50000).fill('x'.repeat(100000)); a.sort().length
        Object.assign({}, ...new Array(40000).fill('x'.repeat(10)))
        Object.entries('x'.repeat(500000)).length
        Object.keys('x'.repeat(500000)).length
        Object.getOwnPropertyDescriptors('x'.repeat(500000)).length
        Object.defineProperties({}, Object.getOwnPropertyDescriptors(new String('x'.repeat(400000)))); 1
        let x='x'.repeat(500000); encodeURIComponent(x.replace(/x/g,'€')).length
        escape('\u20ac'.repeat(500000)).length
        encodeURIComponent('\u20ac'.repeat(500000)).length
        'ß'.repeat(500000).toUpperCase().length
        '\ufdfa'.repeat(500000).normalize('NFKD').length
        'x'.repeat(500000).at(-1)
        Number.MAX_VALUE.toString(2).length
        (1e21+.5).toFixed(100)
        (123.456).toString(36)
        parseInt('9'.repeat(500000))
        Number('9'.repeat(500000))
        Number('0x'+'f'.repeat(500000))
        JSON.parse('['.repeat(200000))
        JSON.parse('9'.repeat(500000))
        JSON.parse('{"a":'.repeat(60)+'1'+'}'.repeat(60))
        JSON.parse('['+'1,'.repeat(250000)+'1]').length
        JSON.parse('['+'{},'.repeat(160000)+'1]').length
        new Date(8.64e15).toISOString()
        new Date('9'.repeat(500000))
        Date.parse('x'.repeat(500000))
        with({}) {}
        class A extends Array { constructor(){ super(1e9) } } new A()
        let C = class extends Array { static get [Symbol.species]() { return function(n){ return {length:n} } } }; new C(1,2,3).map(x=>x)
        Error.prototype.toString.call({name:'x'.repeat(500000),message:'x'.repeat(500000)}).length
        new Error('x'.repeat(500000)).stack.length
        throw new Error('x'.repeat(500000))
        throw 'x'.repeat(500000)
        let e=new Error('a'); e.message=e; throw e
        let s='x'.repeat(500000); s.localeCompare(s)
        let s='x'.repeat(500000); let t=''; for(let i=0;i<1000;i++) t+=s; t.length
        let s='x'.repeat(200000); `${s}${s}${s}${s}${s}${s}${s}${s}${s}${s}`.length
        let s='x'.repeat(500000), a=[s,s,s,s,s,s,s,s,s,s]; eval?.('1')
        setVariable('out', 'x'.repeat(500000)); 1
        setVariable('out', new Array(900).fill('x'.repeat(500000))); 1
        variables.out = {toJSON: String.prototype.toString.bind('x'.repeat(500000))}
        getVariable({toString(){for(;;);}})
        setWorkflowInstanceName('x'.repeat(500000))
        setCorrelationId('x'.repeat(500000))
        parseGuid('x'.repeat(500000))
        let o = new Proxy({}, {}); 1
        Object.prototype.toString = null; ({})+''
        Array.prototype[Symbol.iterator] = null; [...[1]]
        delete Array.prototype.join; [1,2].toString()
        Function.prototype.call = null; [1].map(x=>x)
        String.prototype.repeat = 5; 'x'.padStart(1e9)
        getLastResult.__proto__.constructor('return 1')()
        (function(){}).constructor('return 1')()
        (function*(){}).constructor('yield 1')()
        setTimeout(()=>{},1)
        Object.getOwnPropertyNames(globalThis).join()
        this.constructor.constructor('return process')()
        new (class { static { for(;;); } })
        label: for(;;) { continue label }
        do ; while(true)
        for(;;);
        while(1);
        for(let i=0;;i++);
        (()=>{ for(;;); })()
        [...Array(50000).keys()].map(i => [...Array(50000).keys()]).length
        let d=0; function f(){ try { f() } catch(e) { f() } } f()
        let a=Array(50000).fill(0); a.map(x=>a.map(y=>a.indexOf(1)))
        let a=Array(50000).fill(0); a.map(a.indexOf, a)
        let a=Array(50000).fill(0); a.map(a.slice, a).length
        let a=Array(50000).fill(0); a.map(a.concat, a).length
        let a=Array(50000).fill(0); a.map(JSON.stringify.bind(null,a)).length
        let a=Array(50000).fill(0); a.flatMap(x=>a).length
        let s='x'.repeat(400000); s.replace(/x/g, () => s).length
        let s='x'.repeat(400000); s.replaceAll('x', () => s).length
        let s='x'.repeat(400000); s.split('x').join(s).length
        let s='x'.repeat(5000); let r=new RegExp('x','g'); r.exec=function(){ return {index:0,length:1,0:'x'} }; s.replace(r,s)
        let r=/x/y; r.exec=Object.bind(null,{index:0,length:1,0:''}); 'x'.replace(new RegExp(r,'g'),'y')
        let r=/x/g; r.exec=Object.bind(null,{index:0,length:1,0:''}); 'x'.replace(r,'y')
        let r=/x/g; r.exec=Object.bind(null,{index:0,length:2**53-1,0:''}); 'x'.replace(r,'y')
        let r=/x/g; r.exec=Object.bind(null,{index:0,length:1,0:''}); 'x'.match(r)
        let r=/x/; r.exec=Object.bind(null,{index:0,length:2**32,0:''}); 'x'.split({[Symbol.split]: RegExp.prototype[Symbol.split], constructor:{[Symbol.species]: function(){ return {exec: Object.bind(null,{index:0,length:2**40}), lastIndex: 1}}}})
        console.log(1)
        Uint8Array.from([1])
        structuredClone({a:1})
        Symbol.prototype.description
        new Date().toLocaleString('x'.repeat(100))
        (1).toLocaleString('en', {minimumFractionDigits: 100})
        'a'.localeCompare('b', 'x-y-z'.repeat(1000))
        Array.fromAsync({length: 1e9}); 1
        new Intl.NumberFormat()
        [1,2,3].toString.call({join: Object.bind(null, 'x'.repeat(5e5))})
        Object.fromEntries([...Array(50000).keys()].map(k => [k, k]))
        let o={}; for (let i=0;i<49000;i++) o['k'+i]=i; JSON.stringify(o).length
        let o={}; for (let i=0;i<33000;i++) o['k'+i]=i; return o
        Array.prototype.map.call('x'.repeat(500000), x => x).length
        Array.prototype.join.call({length:1e9})
        Array.prototype.join.call({length:1e9, toString(){return ''}}, '')
        let j=[].join; let o={length:3,0:{toString(){ return j.call(o) }}}; j.call(o)
        [,'x'].concat.apply([], Array(900).fill(Array(50000).fill(1))).length
        let a=Array(900).fill(Array(50000).fill(1)); a.flat().length
        let a=Array(900).fill('x'.repeat(500000)); Object.groupBy(a, x=>x+1)
        [].push.apply([], Array(50000).fill(1))
        let a=[]; for(let i=0;i<90000;i++) a.push(1); a.length
        let a=[]; a[49999]=1; a[60000]=1; a.length
        String(Symbol('x'.repeat(500000))).length
        let x = 'x'.repeat(500000); x.padEnd(524288, x).length
        let x = 'x'.repeat(500000); x.substring(1) + x.substring(2); x.lastIndexOf('y')
        let x = 'x'.repeat(250000); (x+'y').indexOf(x.slice(1)+'z')
        let x = 'x'.repeat(250000)+'y'; for(let i=0;i<20000;i++) (x+x).indexOf(x.slice(1)+'z')
        let x = 'x'.repeat(500000); for(let i=0;i<90000;i++) x.indexOf('y')
        let x = 'x'.repeat(500000); [...Array(50000).keys()].every(i => x.indexOf('y') < 0)
        let o={}; o.toString=String.prototype.trim; o+''
        let o={}; o.toString=''.toUpperCase; `${o}`
        let o={}; o.valueOf=[].indexOf; o.length=o; +o
        """.Split('\n');
}
