using System.Reflection;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>Translates kernels to C.</summary>
/// <remarks>
/// Each method becomes a function, once for each set of address spaces that its pointers have. Sums and products of signed
/// integers must not overflow, as device compilers take for granted; those of unsigned integers wrap. Conversions are never
/// checked: nothing can be thrown on a device.
/// </remarks>
public static class KernelTranslator
{
    /// <summary>Translates a kernel and all that it calls.</summary>
    /// <param name="kernel">The kernel: a static method.</param>
    /// <param name="isExplicit">Whether it is explicitly grouped.</param>
    /// <param name="options">For what.</param>
    /// <exception cref="TranslationException">The kernel holds something that C or the device cannot express.</exception>
    public static TranslatedKernel Translate(MethodInfo kernel, bool isExplicit, TranslationOptions options)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(options);
        return new KernelProgram(kernel, options).Write(isExplicit);
    }
}
