using System.Diagnostics.CodeAnalysis;

namespace RetailOps.Kernel;

/// <summary>What kind of no it is. The kind decides the HTTP status.</summary>
public enum RefusalKind
{
    /// <summary>The request cannot be read or has the wrong shape: 400.</summary>
    Malformed,

    /// <summary>There is no such thing, or it is somebody else's: 404.</summary>
    NotFound,

    /// <summary>State, stock or version stand against it: 409.</summary>
    Conflict,

    /// <summary>A rule of the business forbids it: 422.</summary>
    Rule,

    /// <summary>Nobody has signed in: 401.</summary>
    Unauthenticated,

    /// <summary>The caller may not do this: 403.</summary>
    Forbidden,
}

/// <summary>An expected no: a value, not an exception.</summary>
/// <param name="Kind">Decides the HTTP status.</param>
/// <param name="Code">Stable and machine-readable, like <c>inventory.short</c>; never renamed.</param>
/// <param name="Message">One sentence for a person: what is wrong and what to do next.</param>
/// <param name="Details">Facts that help the caller, serialised as given; null when there are none. No personal data.</param>
public sealed record Refusal(RefusalKind Kind, string Code, string Message, object? Details = null)
{
    /// <summary>400.</summary>
    public static Refusal Malformed(string code, string message, object? details = null) => new(RefusalKind.Malformed, code, message, details);

    /// <summary>404.</summary>
    public static Refusal NotFound(string code, string message, object? details = null) => new(RefusalKind.NotFound, code, message, details);

    /// <summary>409.</summary>
    public static Refusal Conflict(string code, string message, object? details = null) => new(RefusalKind.Conflict, code, message, details);

    /// <summary>422.</summary>
    public static Refusal Rule(string code, string message, object? details = null) => new(RefusalKind.Rule, code, message, details);
}

/// <summary>What a behaviour needs to know of any result.</summary>
public interface IResult
{
    /// <summary>Null when the request was granted.</summary>
    Refusal? Refusal { get; }
}

/// <summary>A result that can be made from a refusal without knowing its value's type.</summary>
/// <typeparam name="TSelf">The result's own type.</typeparam>
public interface IResult<out TSelf> : IResult
{
    /// <summary>The refused result.</summary>
    static abstract TSelf Refused(Refusal refusal);
}

/// <summary>An answer or a refusal.</summary>
/// <typeparam name="T">The answer's type.</typeparam>
[SuppressMessage("Usage", "CA2225", Justification = "The conversions are the point: a handler returns its answer or its refusal.")]
[SuppressMessage("Design", "CA1000", Justification = "Called through the static abstract member.")]
public sealed record Result<T> : IResult<Result<T>>
{
    private readonly T? value;

    private Result(T? value, Refusal? refusal)
    {
        this.value = value;
        Refusal = refusal;
    }

    /// <inheritdoc/>
    public Refusal? Refusal { get; }

    /// <summary>Whether the request was granted.</summary>
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsSuccess => Refusal is null;

    /// <summary>The answer.</summary>
    /// <exception cref="InvalidOperationException">The request was refused.</exception>
    public T Value => Refusal is null ? value! : throw new InvalidOperationException($"Refused: {Refusal.Code}: {Refusal.Message}");

    /// <inheritdoc/>
    public static Result<T> Refused(Refusal refusal) => new(default, refusal);

    /// <summary>Grants.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Refuses.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}
