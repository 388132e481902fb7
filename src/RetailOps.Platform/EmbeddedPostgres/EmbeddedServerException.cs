namespace RetailOps.Platform;

/// <summary>The embedded server cannot be had; the message says what a person can do.</summary>
public sealed class EmbeddedServerException : Exception
{
    /// <summary>Without a cause of its own.</summary>
    public EmbeddedServerException(string message) : base(message)
    {
    }

    /// <summary>With the cause.</summary>
    public EmbeddedServerException(string message, Exception inner) : base(message, inner)
    {
    }
}
