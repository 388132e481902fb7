namespace MediatR;

/// <summary>Marks what can be sent to exactly one handler.</summary>
public interface IBaseRequest;

/// <summary>A request without an answer.</summary>
public interface IRequest : IBaseRequest;

/// <summary>A request answered with <typeparamref name="TResponse"/>.</summary>
public interface IRequest<out TResponse> : IBaseRequest;

/// <summary>A request answered with a stream.</summary>
public interface IStreamRequest<out TResponse>;

/// <summary>What any number of handlers may hear.</summary>
public interface INotification;

/// <summary>The answer that says nothing.</summary>
public readonly struct Unit : IEquatable<Unit>, IComparable<Unit>, IComparable
{
    private static readonly Unit One;

    /// <summary>The only value.</summary>
    public static ref readonly Unit Value => ref One;

    /// <summary>The only value, as a finished task.</summary>
    public static Task<Unit> Task { get; } = System.Threading.Tasks.Task.FromResult(One);

    /// <inheritdoc/>
    public int CompareTo(Unit other) => 0;

    int IComparable.CompareTo(object? obj) => 0;

    /// <inheritdoc/>
    public bool Equals(Unit other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Unit;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <inheritdoc/>
    public override string ToString() => "()";

    /// <summary>Always true.</summary>
    public static bool operator ==(Unit left, Unit right) => true;

    /// <summary>Always false.</summary>
    public static bool operator !=(Unit left, Unit right) => false;

    /// <summary>Always false.</summary>
    public static bool operator <(Unit left, Unit right) => false;

    /// <summary>Always true.</summary>
    public static bool operator <=(Unit left, Unit right) => true;

    /// <summary>Always false.</summary>
    public static bool operator >(Unit left, Unit right) => false;

    /// <summary>Always true.</summary>
    public static bool operator >=(Unit left, Unit right) => true;
}
