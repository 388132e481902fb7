using System.Globalization;

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// <c>?after=…&amp;limit=…</c>: pages by key, never by offset, so that a page costs the same wherever it lies. Bind it with
/// <c>[AsParameters]</c>.
/// </summary>
/// <param name="After">The <c>next</c> of the page before; null for the first page.</param>
/// <param name="Limit">How many at most; out of bounds is brought into them.</param>
public readonly record struct Paging([property: FromQuery(Name = "after")] string? After, [property: FromQuery(Name = "limit")] int? Limit)
{
    /// <summary>The size of a page when nobody says.</summary>
    public const int Usual = 50;

    /// <summary>The largest page.</summary>
    public const int Most = 500;

    /// <summary>How many to read: 1 to <see cref="Most"/>.</summary>
    public int Size => Math.Clamp(Limit ?? Usual, 1, Most);

    /// <summary>Reads the key to go on after.</summary>
    /// <typeparam name="T">The key's type.</typeparam>
    /// <param name="after">The key; null for the first page.</param>
    /// <param name="problem">What to answer when it is no key of this list.</param>
    public bool TryReadAfter<T>(out T? after, out ProblemHttpResult problem)
        where T : struct, IParsable<T>
    {
        after = null;
        problem = null!;
        if (After is null)
        {
            return true;
        }

        if (T.TryParse(After, CultureInfo.InvariantCulture, out var key))
        {
            after = key;
            return true;
        }

        problem = Problems.Of(Refusal.Malformed("request.after", "after is the next of the page before; leave it out for the first page."));
        return false;
    }
}

/// <summary>One page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">In the order of their keys.</param>
/// <param name="Next">Ask for what comes after it; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Makes pages.</summary>
public static class Page
{
    /// <summary>A page from rows of which one more was read than is wanted: that one tells whether there is a next page.</summary>
    /// <param name="rows">Up to <c>size + 1</c> rows in the order of their keys.</param>
    /// <param name="size">See <see cref="Paging.Size"/>.</param>
    /// <param name="key">The key to go on after.</param>
    public static Page<T> Of<T>(IReadOnlyList<T> rows, int size, Func<T, string> key) =>
        rows.Count > size ? new([.. rows.Take(size)], key(rows[size - 1])) : new(rows, null);
}
