namespace RetailOps.Platform;

/// <summary>The set-up is not as it must be. The message is one line that says what is wrong and what to do; the host prints it and ends.</summary>
public sealed class SetupException(string message) : Exception(message);
