using System.Reflection;

namespace GpuSeq.EmbeddedRuntime.Translation;

/// <summary>Translates kernels to C.</summary>
public static class KernelTranslator
{
    /// <summary>Translates a kernel and all that it calls.</summary>
    /// <param name="kernel">The kernel: a static method.</param>
    /// <param name="isExplicit">Whether it is explicitly grouped.</param>
    /// <param name="options">For what.</param>
    /// <exception cref="TranslationException">The kernel holds something that C or the device cannot express.</exception>
    public static TranslatedKernel Translate(MethodInfo kernel, bool isExplicit, TranslationOptions options) =>
        throw new TranslationException(kernel, kernel, -1, "there is no translator yet");
}
