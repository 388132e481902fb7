using System.Collections;

namespace RetailOps.Workflows;

/// <summary>The variables of one execution, in the order in which they came, which is the order in which they are stored. Few as they are, they are looked for one after the other.</summary>
internal sealed class ScopeValues : IEnumerable<KeyValuePair<string, object?>>
{
    // Shared by copies as long as it is full: to add a name makes an array of its own.
    private string[] names;
    private object?[] values;

    public ScopeValues()
        : this([], [])
    {
    }

    private ScopeValues(string[] names, object?[] values) => (this.names, this.values, Count) = (names, values, names.Length);

    public int Count { get; private set; }

    public IEnumerable<string> Keys => names.Take(Count);

    public IEnumerable<object?> Values => values.Take(Count);

    /// <exception cref="KeyNotFoundException">There is no such variable.</exception>
    public object? this[string name]
    {
        get => TryGetValue(name, out var value) ? value : throw new KeyNotFoundException($"There is no variable '{name}'.");
        set
        {
            if (!TrySet(name, value))
            {
                Add(name, value);
            }
        }
    }

    /// <summary>Each with what it begins with.</summary>
    public static ScopeValues Of(CompiledVariable[] variables)
    {
        var all = new ScopeValues();
        foreach (var variable in variables)
        {
            all[variable.Id] = variable.Default;
        }

        return new(all.names[..all.Count], all.values[..all.Count]);
    }

    public ScopeValues Copy() => new(names.Length == Count ? names : names[..Count], values[..Count]);

    public string Name(int place) => names[place];

    public object? Value(int place) => values[place];

    public bool ContainsKey(string name) => Place(name) >= 0;

    public object? GetValueOrDefault(string name) => TryGetValue(name, out var value) ? value : null;

    public bool TryGetValue(string name, out object? value)
    {
        var place = Place(name);
        value = place < 0 ? null : values[place];
        return place >= 0;
    }

    public bool TrySet(string name, object? value)
    {
        var place = Place(name);
        if (place >= 0)
        {
            values[place] = value;
        }

        return place >= 0;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return new(names[i], values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Place(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private void Add(string name, object? value)
    {
        if (Count == names.Length)
        {
            Array.Resize(ref names, Math.Max(2, Count * 2));
            Array.Resize(ref values, names.Length);
        }

        (names[Count], values[Count]) = (name, value);
        Count++;
    }
}
