namespace ILGPU.Runtime;

/// <summary>An error that an accelerator reports.</summary>
public abstract class AcceleratorException : Exception
{
    /// <summary>An error with its message.</summary>
    protected AcceleratorException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The kind of accelerator that reports it.</summary>
    public abstract AcceleratorType AcceleratorType { get; }
}
