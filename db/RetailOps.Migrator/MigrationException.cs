namespace RetailOps.Migrator;

/// <summary>The database was not brought up to date. The message names the file or login and what a person does next.</summary>
public sealed class MigrationException : Exception
{
    /// <summary>Unused; for serialisers and analyzers.</summary>
    public MigrationException()
    {
    }

    /// <summary>A refusal with its advice.</summary>
    public MigrationException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal by the server with its advice.</summary>
    public MigrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
