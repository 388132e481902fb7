namespace RetailOps.Workflows.Tests;

public static partial class HostileScripts
{
    /// <summary>Built-ins that are put where they do not belong, iterators that never end, conversions that ask themselves.</summary>
    private static readonly string[] Turned =
        """
        let o={}; o.toString=Object.prototype.toLocaleString; o.toLocaleString()
        let o={}; o.toISOString=Date.prototype.toJSON; o.toISOString()
        let o={toString: RegExp.prototype.toString}; o.source=o; o+''
        let a=[]; a.push(a); a.flat(Infinity)
        let f=function(){}; for(let i=0;i<20000;i++) f=f.bind(null); ({}) instanceof f
        let o={}; for(let i=0;i<20000;i++) o=Object.create(o); o.x
        let o={}; for(let i=0;i<20000;i++) o=Object.create(o); o.x=1; 'y' in o
        let o={}; for(let i=0;i<20000;i++) o=Object.create(o); let n=0; for (const k in o) n++; n
        let o={}; for(let i=0;i<20000;i++) o=Object.create(o); o+''
        let o={}; for(let i=0;i<20000;i++) o={__proto__:o}; delete o.x; Object.isPrototypeOf.call({}, o)
        let o={toJSON(){ return {a:o} }}; JSON.stringify(o)
        let o={get a(){ return {__proto__: null, get b(){ return o } } }}; JSON.stringify(o)
        class A { get a(){ return new A() } } ; let o=new A(); Object.defineProperty(o,'a',{enumerable:true,get(){ let n={}; Object.defineProperty(n,'a',Object.getOwnPropertyDescriptor(o,'a')); return n }}); JSON.stringify(o)
        let o={}; Object.defineProperty(o,'a',{enumerable:true,get(){ let n={}; Object.defineProperty(n,'a',Object.getOwnPropertyDescriptor(o,'a')); return n }}); return o
        let r=/x/g, o={}; o.valueOf=r.exec.bind(r); r.lastIndex=o; r.exec('x')
        new RegExp('(?:'.repeat(120000)+')'.repeat(120000)).test('x')
        new RegExp('['.repeat(100000)+']'.repeat(100000),'v')
        new RegExp('(?<=x'.repeat(60000)+')'.repeat(60000)).test('x')
        new RegExp('(?<a>x'.repeat(1)+')(?<=(a+)+b)').test('a'.repeat(40))
        /(?<=(a+)+b)c/.test('a'.repeat(40)+'c')
        /(?<n>a+)+\k<n>b/.test('a'.repeat(200))
        /(a+)+\1b/u.test('a'.repeat(200))
        /^(a|a)*$/v.test('a'.repeat(50)+'b')
        /(?:(?:(?:a*)*)*)*b/v.test('a'.repeat(100))
        /(?=(a+))*b/.test('a'.repeat(1000))
        JSON.parse('[1]', function(k,v){ return [v,v] })
        JSON.parse('{"a":1}', function f(k,v){ this.b = {a:1}; return v })
        JSON.parse('[1,2]', Object.bind(null, [1]))
        let e=new Error('a'); e.message=e; String(e)
        let e=new Error('a'); e.name=e; throw e
        let e=new Error('a'); e.message={toString: e.toString.bind(e)}; throw e
        throw {message: {toString(){ for(;;); }}}
        throw {get message(){ for(;;); }}
        let o={}; o.message=o; throw o
        let o=[]; o.message=o; o[0]=o; throw o
        throw Object.create(null)
        throw {message: Object.create(null)}
        throw Symbol('x')
        throw undefined
        throw null
        Promise.reject(new Error('x')); 1
        new AggregateError({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}})
        new Map({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:[{},1]})}}})
        new WeakSet({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:{}})}}})
        Map.groupBy({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}, Object)
        Promise.race({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}); 1
        Promise.any({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}); 1
        Promise.allSettled({[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}); 1
        let [a,b]=[1]; let it={[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}; function* g(){ yield* it } for(const x of g()) ;
        let it={[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}; function* g(){ yield* it } [...g()].length
        let it={[Symbol.iterator]() {return {next: Object.bind(null,{done:false,value:1})}}}; for (const x of it);
        [].values().__proto__.__proto__.drop.call({next: Object.bind(null,{done:false,value:1})}, 1e300).next()
        [].values().__proto__.__proto__.filter.call({next: Object.bind(null,{done:false,value:1})}, Object.is).next()
        [].values().__proto__.__proto__.flatMap.call({next: Object.bind(null,{done:false,value:1})}, Array).next()
        [].values().__proto__.__proto__.some.call({next: Object.bind(null,{done:false,value:1})}, Object.is)
        [].values().__proto__.__proto__.find.call({next: Object.bind(null,{done:false,value:1})}, Object.is)
        [].values().__proto__.__proto__.reduce.call({next: Object.bind(null,{done:false,value:1})}, Object)
        [].values().__proto__.__proto__.forEach.call({next: Object.bind(null,{done:false,value:1})}, Object)
        new Set([1]).union({size:1,has:Object,keys: Object.bind(null,{next: Object.bind(null,{done:false,value:1})})})
        new Set([1]).isSupersetOf({size:1,has:Object,keys: Object.bind(null,{next: Object.bind(null,{done:false,value:1})})})
        new Set([1]).symmetricDifference({size:1,has:Object,keys: Object.bind(null,{next: Object.bind(null,{done:false,value:1})})})
        new Set([1,2]).intersection({size:1,has:Object,keys: Object.bind(null,{next: Object.bind(null,{done:false,value:1})})})
        new Set([1,2]).difference({size:1,has:Object,keys: Object.bind(null,{next: Object.bind(null,{done:false,value:1})})})
        new Set([1,2]).isDisjointFrom({size:1,has:Object,keys: Object.bind(null,{next: Object.bind(null,{done:false,value:2})})})
        Array.prototype.unshift.call({length: 2**31}, 1)
        let a=[]; a.length=4294967294; a.unshift(1)
        let a=[]; a.length=4294967294; a.push(1)
        let a=[]; a.length=4294967294; a.splice(0,1)
        let a=[]; a.length=4294967294; a.shift()
        let a=[]; a.length=4294967294; a.slice().length
        let a=[]; a.length=4294967294; a.map(Object).length
        let a=[]; a.length=4294967294; [...a]
        let a=[]; a.length=4294967294; a.join()
        let a=[]; a.length=4294967294; a.fill(1)
        let a=[]; a.length=4294967294; a.copyWithin(0,1)
        let a=[]; a.length=4294967294; a.lastIndexOf(1)
        let a=[]; a.length=4294967294; a.includes(1)
        let a=[]; a.length=4294967294; a.findLast(Object.is)
        let a=[]; a.length=4294967294; a.toSpliced(0,1)
        let a=[]; a.length=4294967294; a.with(0,1)
        let a=[]; a.length=4294967294; a.flat()
        let a=[]; a.length=4294967294; return a
        let a=[]; a.length=4294967294; JSON.stringify(a)
        let a=[]; a.length=4294967294; Object.keys(a)
        let a=[]; a.length=4294967294; for (const x of a);
        let a=[]; a.length=4294967294; Math.max.apply(null,a)
        let a=[]; a.length=4294967294; a.entries().next(); a.length=0
        let a=Array(40000).fill(0); a.map(JSON.stringify.bind(null,a)).length
        let a=Array(40000).fill('x'.repeat(10)); a.map(a.toString,a).length
        let a=Array(40000).fill('x'.repeat(10)); a.map(a.join,a).length
        let a=Array(40000).fill(0); a.map(a.slice, a).length
        let a=Array(40000).fill(0); a.map(a.concat, a).length
        let a=Array(40000).fill(0); a.map(a.indexOf, a).length
        let a=Array(40000).fill(0); a.map(a.lastIndexOf.bind(a,1)).length
        let a=Array(40000).fill(0); a.map(a.sort.bind(a)).length
        let a=Array(40000).fill(0); a.forEach(a.reverse.bind(a))
        let big='x'.repeat(500000); Array(40000).fill(1).map(''.toUpperCase, big).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(''.concat, big).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(''.normalize, big).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(x => big.toUpperCase()).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(x => big + x).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(x => [...big]).length
        let big='x'.repeat(50000)+'y'; Array(40000).fill('y').map(''.split, big).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(''.indexOf, big).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(encodeURIComponent.bind(null,big)).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(JSON.parse.bind(null,'"'+big+'"')).length
        let big='x'.repeat(500000); Array(40000).fill(1).map(Object.bind(null,big)).map(String.prototype.slice.call, ''.slice).length
        let big='x'.repeat(500000); Array(40000).fill(big).map(Function.prototype.call, ''.toLowerCase).length
        let big='x'.repeat(500000); Array(40000).fill(1).reduce(''.concat.bind(big)).length
        let big='x'.repeat(500000); Array(40000).fill(big).sort(String.prototype.localeCompare.call.bind(''.localeCompare)).length
        let big='x'.repeat(500000); Array.from({length:40000}, ''.toUpperCase, big).length
        let big='x'.repeat(500000); new Map(Array(4000).fill(0).map((x,i)=>[i,1])).forEach(''.toUpperCase, big)
        let big='x'.repeat(500000); big.replace(/x/g, ''.toUpperCase.bind(big)).length
        let big='x'.repeat(5000); big.replace(/x/g, ''.toUpperCase.bind('x'.repeat(500000))).length
        let big='x'.repeat(5000); big.replaceAll('x', ''.toUpperCase.bind('x'.repeat(500000))).length
        /x/g[Symbol.replace]('x'.repeat(5000), ''.toUpperCase.bind('x'.repeat(500000))).length
        /x/g[Symbol.replace]('x'.repeat(500000), 'x'.repeat(500000)).length
        /$/[Symbol.split]('x'.repeat(500000)).length
        /(?:)/g[Symbol.match]('x'.repeat(500000)).length
        'x'.repeat(500000).match(/(?:)/g).length
        'x'.repeat(500000).split(/(?:)/).length
        [...'x'.repeat(40000).matchAll(/(x)(x)?(x)?/g)].length
        JSON.stringify(Array(900).fill(0), String.prototype.toString.bind('x'.repeat(500000))).length
        JSON.stringify(Array(900).fill({toJSON: String.prototype.toString.bind('x'.repeat(500000))})).length
        JSON.stringify(Array(9).fill(Array(4000).fill(Array(4000).fill(0))),null,10).length
        toJson({toJSON: Object.bind(null, Array(900).fill('x'.repeat(500000)))})
        Object.prototype.toJSON = String.prototype.toString.bind('x'.repeat(500000)); JSON.stringify(Array(900).fill({}))
        Object.prototype.toJSON = String.prototype.toString.bind('x'.repeat(500000)); return Array(900).fill({})
        String.prototype.toJSON = String.prototype.toString.bind('x'.repeat(500000)); return Array(4000).fill('x')
        Number.prototype.toJSON = String.prototype.toString.bind('x'.repeat(500000)); return Array(4000).fill(1)
        let s='x'.repeat(260000); let o={}; o[s]=1; o[s+'1']=2; return [o,o,o,o,o,o,o,o,o]
        String.raw({raw: Array(4000).fill('x'.repeat(100))}, ...Array(4000).fill('x'.repeat(500))).length
        String.raw({raw: {length: 4000, __proto__: {}}}, ...Array(4000).fill('x'.repeat(50000))).length
        'x'.concat(...Array(4000).fill({toString: String.prototype.toString.bind('x'.repeat(500000))})).length
        Array(4000).fill({toString: String.prototype.toString.bind('x'.repeat(500000))}).join('').length
        `${'x'.repeat(500000)}${'x'.repeat(500000)}${'x'.repeat(500000)}`.length
        let t=(s,...v)=>s; t`${1}`.length
        ({})['x'.repeat(500000)]
        let o={}; for(let i=0;i<100;i++) o['x'.repeat(400000)+i]=1
        let s=Symbol('x'.repeat(500000)); s.toString()+s.toString()
        new Function
        new (function(){}.constructor)('for(;;);')
        Object.getOwnPropertySymbols(Array.prototype).length
        Date.prototype.setTime.call(new Date(), {valueOf: Date.prototype.getTime.bind(new Date())})
        new Date(NaN).toISOString()
        let d=new Date(); d.toISOString=d.toJSON; JSON.stringify(d)
        let d=new Date(); d.toJSON=d.toJSON; d.toISOString=function(){ return d.toJSON() }; JSON.stringify(d)
        setOutcome('x')
        JSON.stringify({toJSON(){ return Array(900).fill('x'.repeat(500000)) }}).length
        return {toJSON(){ return Array(900).fill('x'.repeat(500000)) }}
        toJson({toJSON(){ return Array(900).fill('x'.repeat(500000)) }}).length
        return {get a(){ return Array(900).fill('x'.repeat(500000)) }}
        JSON.stringify(Array(900).fill(0), () => 'x'.repeat(500000))
        JSON.stringify({b:1,a:2,c:{b:3}}, ['a','b','c'], 2).length
        JSON.stringify(Array(20000).fill({a:1}), null, 10).length
        JSON.stringify({a:[1,2,{b:3}]}, (k,v) => v, 2).length
        let a=Array(30000).fill('x'.repeat(500000)); a.sort().length
        let big='x'.repeat(500000); Array(30000).fill(1).map(x => big.toUpperCase()).length
        let big='x'.repeat(500000); Array(30000).fill(1).map(x => big + x).length
        let big='x'.repeat(500000); Array(30000).fill(1).map(x => [...big]).length
        let big='x'.repeat(500000); Array(30000).fill(1).map(''.toUpperCase, big).length
        let big='x'.repeat(500000); Array(30000).fill(1).map(''.concat, big).length
        let big='x'.repeat(500000); Array(30000).fill(big).map(encodeURIComponent).length
        let big='x'.repeat(500000); Array(30000).fill(big).map(escape).length
        let big='x'.repeat(500000); Array(30000).fill(big).map(Error).length
        let big='x'.repeat(500000); Array(30000).fill(big).map(Symbol).length
        let big='x'.repeat(500000); Array(30000).fill(big).map(Number).length
        let big='x'.repeat(500000); Array(30000).fill(big).map(Date).length
        let big='"'+'x'.repeat(400000)+'"'; Array(30000).fill(big).map(JSON.parse).length
        let a=Array(30000).fill(0); a.map(JSON.stringify.bind(null,a)).length
        let a=Array(30000).fill(0); a.map(a.slice, a).length
        let a=Array(30000).fill(0); a.map(a.concat, a).length
        let a=Array(30000).fill(0); a.map(a.indexOf, a).length
        let a=Array(30000).fill(0); a.map(x=>a.indexOf(1)).length
        let a=Array(30000).fill(0); a.map(a.sort.bind(a)).length
        let a=Array(30000).fill(0); a.flatMap(x=>a).length
        let a=Array(30000).fill(0); a.sort(() => a.indexOf(1)).length
        let a=Array(30000).fill(0); a.reduce((s, x) => s + a.join(), '').length
        /(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*/.test('a'.repeat(500000))
        /(?:(a)|b)*c/.test('ab'.repeat(250000))
        /(?<x>(a+)+)$/.test('a'.repeat(100000)+'b')
        /(.*)(.*)(.*)(.*)(.*)(.*)x/.test('a'.repeat(500000))
        'a'.repeat(500000).replace(/(.*)(.*)(.*)x/, 'y').length
        'a'.repeat(500000).split(/(a)(a)(a)(a)/).length
        let e=new Error('x'); e.message='m'.repeat(500000); throw e
        let o={length:1e9}; Array.from(o).length
        Array.from({length:49000}, (_, i) => 'x'.repeat(10000)).length
        let s=''; for (const k in {a:1,b:2}) s+=k; s
        let o={a:{b:1}}; let {a:{b}}=o; b
        [1,2,3].map(String).filter(Boolean).map(Number).length
        [3,1,2].sort((a,b)=>a-b).join('-')
        let items=[{q:1},{q:2}]; let n=0; for (let i=0;i<items.length;i++) n+=items[i].q; n
        new RegExp('a+').test('aaa') && /b/ instanceof RegExp
        new RegExp('a'.repeat(1001))
        'abc'.match(/b/)[0] + 'abc'.replace(/b/, 'x') + 'a-b'.split('-').length
        Object.entries({a:1}).map(([k,v]) => k+v).join()
        new Set([1,2]).union(new Set([3])).size
        let e; try { null.x } catch (x) { e = x } e.message + String(e)
        ({...'x'.repeat(500000)}).a
        for (const k in 'x'.repeat(500000)); 1
        let {...o}='x'.repeat(500000); 1
        Object.assign({}, 'x'.repeat(500000)); 1
        let o={next: Object, [Symbol.iterator]() { return this }}; Array.from(o)
        let o={next: Object, [Symbol.iterator]() { return this }}; new Set(o)
        let o={next: Object, [Symbol.iterator]() { return this }}; let [...x]=o
        let o={next: Object, [Symbol.iterator]() { return this }}; Promise.all(o); 1
        let o={next: Object, [Symbol.iterator]() { return this }}; Object.fromEntries(o)
        let o={next: Object, [Symbol.iterator]() { return this }}; for (const x of o);
        let o={next: Object, [Symbol.iterator]() { return this }}; String.raw({raw:o})
        let o={next: Object, [Symbol.iterator]() { return this }}; Math.max(...o)
        let o={next: Object, [Symbol.iterator]() { return this }}; Map.groupBy(o, Object)
        let o={next: Object, [Symbol.iterator]() { return this }}; new WeakMap(o)
        let o={next: Object, [Symbol.iterator]() { return this }}; Array.fromAsync(o); 1
        let o={next: Object, [Symbol.iterator]() { return this }}; function* g() { yield* o }; [...g()]
        """.Split('\n');
}
